/*
 * paths - some paths of a worktree, for a report
 */
#ifndef EXEC_PATHS_H
#define EXEC_PATHS_H

#include "json/jw.h"
#include <stddef.h>

#define PATHS_BYTES 4096 /* no further path is told behind so many */

struct paths {
	char **list; /* owned */
	size_t count, cap;
};

void paths_add(struct paths *paths, const char *path);

/*
 * As an array; what is not UTF-8 becomes U+FFFD. Cut by bytes: whatever the
 * names, an event that holds it is a line that the ledger takes (P7).
 */
void paths_write(const struct paths *paths, struct jw *jw, const char *name);

void paths_clear(struct paths *paths);

#endif
