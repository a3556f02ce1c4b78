/*
 * daemon - git's own protocol over TCP (git://), for libgit2's smart protocol
 *
 * libgit2's own tells a name that does not resolve from a refused connection
 * by its texts only; this one tells trouble.h by number. What the daemon
 * itself says ("repository not exported") is read last. It waits as long as
 * the worker's deadline lets it.
 */
#ifndef GIT_DAEMON_H
#define GIT_DAEMON_H

#include "base/err.h"

/* Take git:// from libgit2, for this process and what it forks. Once, after
 * git_start(). */
int daemon_register(struct err *err);

#endif
