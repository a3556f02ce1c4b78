/*
 * rollback - a swap that is complete, taken back (X3, X6)
 *
 *   B1  asked first: is any path no longer ours, nothing at all is changed
 *       and the tree stays at the target (rollback-blocked)
 *   B2  marked first (`back` in the apply's folder): a rollback that is cut
 *       off is finished by hermes-exec -R
 */
#ifndef EXEC_ROLLBACK_H
#define EXEC_ROLLBACK_H

#include "apply.h"
#include "git/refs.h"
#include "paths.h"

/* Sets the verdict: rolled-back with apply->code as it is, or
 * rollback-blocked, `left` naming the paths in the way. */
void rollback(struct apply *apply, struct paths *left);

/* B2: the branch back to where it was; undo() does the rest. As refs_move():
 * where it is -1 the branch may have moved. */
int rollback_branch(struct apply *apply, enum refs_moved *moved);

#endif
