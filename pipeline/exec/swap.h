/*
 * swap - renames only, under index.lock (X2)
 *
 *   S1  index.lock is a hard link to our `lock`: ownership is an inode
 *   S2  facts are looked at again under it; anything moved: `stale-plan`
 *   S3  what comes out of a path is hashed; is it not the old blob, the apply
 *       goes no further
 *   S4  files, then index, then rollback ref, then what goes along (moves.h),
 *       then branch, then the lock: a branch at its target says that all the
 *       rest is there
 *   S5  a move of the branch that failed behind the rename is moved back first
 */
#ifndef EXEC_SWAP_H
#define EXEC_SWAP_H

#include "apply.h"

/* Is the lease still ours? Asked under the flock (L6). */
int swap_lease(struct apply *apply);

/* Where it cannot: -1 with a verdict, all undone (undo.h). */
int swap(struct apply *apply);

#endif
