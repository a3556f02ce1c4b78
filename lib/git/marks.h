/*
 * marks - what other programs left in a git dir
 *
 * Locks, half-done merges and rebases, what an apply of Hermes left behind:
 * found by the names in the git dir alone.
 */
#ifndef GIT_MARKS_H
#define GIT_MARKS_H

#include "git/inspect.h"

/*
 * Notes interrupted, in-progress, locked, stale-lock (no process is seen to
 * have it, and that for an hour), shallow; counts stashes.
 */
void marks_find(struct inspection *in);

#endif
