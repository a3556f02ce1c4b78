/*
 * urlmatch - does the <url> of a `section.<url>.name` speak of a URL?
 *
 * As git-config(1) has it under http.<url>.*: protocol, host and port are the
 * same (a "*" stands for one label of the host), the path is that or above
 * it. A <url> with a user speaks of none of ours: they have no user. Of two,
 * that with the longer host is better, then that with the longer path.
 */
#ifndef GIT_URLMATCH_H
#define GIT_URLMATCH_H

#include "model/url.h"
#include <stdbool.h>
#include <stddef.h>

struct urlmatch {
	size_t host_len, path_len;
};

/* http and https alone. */
bool urlmatch_find(struct urlmatch *match, const char *pattern,
    const struct url *url);

/* Is `a` no worse than `b`? */
bool urlmatch_holds(const struct urlmatch *a, const struct urlmatch *b);

#endif
