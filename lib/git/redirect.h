/*
 * redirect - may an HTTP redirect be followed, and where does it lead?
 *
 * To the same protocol, host and port, or from http to https of the same host,
 * and to a place that url_parse() takes; to no other (B6). Pure.
 */
#ifndef GIT_REDIRECT_H
#define GIT_REDIRECT_H

/*
 * The repository's URL behind `target`, to where the /info/refs of the
 * repository at `from` was redirected. NULL where that is not followed: then
 * `*detail` says to which host it leads, or is NULL; the rest of it may be a
 * secret (P9). Both are the caller's.
 */
char *redirect_follow(const char *from, const char *target, char **detail);

#endif
