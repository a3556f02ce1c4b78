/*
 * recover - what a dead cycle left, closed (X4)
 *
 *   V1  branch at its target: the rest is there too (S4), clean up; else undo
 *       by inode. A rollback that had begun (B2) is finished
 *   V2  a lock is removed only if it is ours: index.lock by its inode, a
 *       ref's by its bytes
 *   V3  killed anywhere, recovery can be begun again
 *   V4  what cannot be decided now (repository gone, another program at
 *       work) stays open, outcome "none"
 */
#ifndef EXEC_RECOVER_H
#define EXEC_RECOVER_H

#include "json/doc.h"
#include "store/state.h"

/* Close every journal, forget those that the ledger holds (J3); adds "exec"
 * and events to `doc`, which has its "cycle". */
int recover_all(struct doc *doc, const struct state *state, struct err *err);

#endif
