/*
 * reflock - locks that a dead apply left on refs (V2)
 *
 * libgit2 writes REF.lock and renames it. One whose bytes are the beginning
 * of what this apply would have written, and that nobody completes in a
 * moment, is this apply's.
 */
#ifndef EXEC_REFLOCK_H
#define EXEC_REFLOCK_H

#include "apply.h"

/* Remove those of the branch, the rollback ref and the tracking ref. */
void reflock_clear(struct apply *apply);

/* That of the rollback ref alone, which nobody else writes. */
void reflock_clear_rollback(struct apply *apply);

#endif
