/*
 * undo - back to the exact state before: by inode, latest first (X4)
 *
 *   U1  only what is our inode with our blob is taken back; every other path
 *       is the user's and stays
 *   U2  may be begun again wherever it was cut off
 *   U3  nothing is thrown away that is neither the old blob nor the new one
 */
#ifndef EXEC_UNDO_H
#define EXEC_UNDO_H

#include "apply.h"

/* Paths, for a report. */
struct paths {
	char **list; /* owned */
	size_t count, cap;
};

void paths_add(struct paths *paths, const char *path);
void paths_clear(struct paths *paths);

/* Take index.lock; waits a little for another program. S1. */
int undo_lock(struct apply *apply);

/* Give index.lock back, if it is ours. */
void undo_unlock(struct apply *apply);
bool undo_holds_lock(const struct apply *apply);

/*
 * Files and index as they were, rollback ref gone; the branch is the
 * caller's. `left` gets the paths that stay as they are (U1). -1 and a
 * verdict only where the machine fails.
 */
int undo(struct apply *apply, struct paths *left);

/* What would undo() leave? For asking first. */
int undo_would_leave(struct apply *apply, struct paths *left);

/* Has any step been done that is not undone? */
bool undo_is_due(const struct apply *apply);

/* U3: move what must not go from GIT DIR/hermes/TOKEN to hermes/kept-TOKEN;
 * `kept` gets their paths. */
int undo_keep(struct apply *apply, struct paths *kept);

#endif
