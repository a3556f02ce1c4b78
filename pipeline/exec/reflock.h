/*
 * reflock - locks that a dead apply left on refs (V2)
 *
 * REF.lock is written and renamed. One whose bytes are the beginning of what
 * this apply would have written, and that nobody completes in a moment, is
 * this apply's; that of packed-refs is told by its inode (ref_update.h).
 */
#ifndef EXEC_REFLOCK_H
#define EXEC_REFLOCK_H

#include "apply.h"

/* Remove those of the branch, the rollback ref and what goes along. */
void reflock_clear(struct apply *apply);

#endif
