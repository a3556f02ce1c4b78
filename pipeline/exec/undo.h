/*
 * undo - back to the exact state before: by inode, latest first (X4)
 *
 *   U1  only what is our inode with our blob is taken back; every other path
 *       is the user's and stays
 *   U2  may be begun again wherever it was cut off
 */
#ifndef EXEC_UNDO_H
#define EXEC_UNDO_H

#include "apply.h"
#include "paths.h"

/*
 * Files, index and what went along as they were, rollback ref gone; the
 * branch is the caller's. `left` gets the paths that stay as they are (U1). -1
 * and a verdict where the machine fails, after some tries: the rest is to be
 * undone later (U2).
 */
int undo(struct apply *apply, struct paths *left);

/* What would undo() leave? For asking first. */
int undo_would_leave(struct apply *apply, struct paths *left);

/* Has any step been done that is not undone? */
bool undo_is_due(const struct apply *apply);

#endif
