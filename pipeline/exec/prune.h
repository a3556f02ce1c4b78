/*
 * prune - refs/hermes/rollback/ does not grow for ever
 *
 * The names are ours alone, and the lock of A1 is held: the files are
 * unlinked as they are, so that no death leaves a lock of git's behind. What
 * `git pack-refs` packed meanwhile stays: a line, in nobody's way.
 */
#ifndef EXEC_PRUNE_H
#define EXEC_PRUNE_H

#include "apply.h"

/* All but the apply->keep_rollbacks latest go, the apply's own never. What
 * cannot go stays, for the next apply. */
void prune_rollbacks(const struct apply *apply);

#endif
