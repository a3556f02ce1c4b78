/*
 * prune - refs/hermes/rollback/ does not grow for ever
 *
 * The names are ours alone, and the lock of A1 is held: loose files are
 * unlinked as they are, so that no death leaves a lock of theirs behind; what
 * `git pack-refs` packed meanwhile goes in one rewrite of packed-refs.
 */
#ifndef EXEC_PRUNE_H
#define EXEC_PRUNE_H

#include "apply.h"

/* All but the apply->keep_rollbacks latest go, and the records (moves.h) of
 * older tokens; the apply's own never. What cannot go stays, for the next
 * apply. */
void prune_rollbacks(const struct apply *apply);

#endif
