/*
 * http - git's smart protocol over libcurl, beneath libgit2's smart transport
 *
 * libgit2's own http follows redirects to other hosts and hides what went
 * wrong. This one keeps connections alive from one repository to the next of
 * the same worker, takes proxies from the environment, and tells trouble.h
 * the failure by number: libcurl's code, the HTTP status, Retry-After (B6).
 *
 *   H1  a redirect to another protocol, host or port is not followed, but
 *       `redirected`, with that host and no more of it; from http to https
 *       of the same host it is
 *   H2  a password comes from credential.h or the user's ~/.netrc, is sent
 *       to the host that it is for, and only after that host's 401
 *   H3  an answer is read only if its type says git (else `not-git`); an
 *       empty one is `empty-advert` (B4)
 *   H4  nothing that a server writes is shown or decides a code, and there
 *       is an end to what is taken of it: patience.h, 64 MiB of listing
 */
#ifndef GIT_HTTP_H
#define GIT_HTTP_H

#include "base/err.h"

/* Take http:// and https:// from libgit2, for this process and what it forks.
 * Once, after git_start(). How a URL is reached is what access_used() says. */
int http_register(struct err *err);

#endif
