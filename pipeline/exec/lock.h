/*
 * lock - index.lock, as a hard link to the apply's own file (S1)
 *
 * Whoever holds it is told by the inode: a lock that another program made is
 * never taken for ours, and ours is known after a crash.
 */
#ifndef EXEC_LOCK_H
#define EXEC_LOCK_H

#include "apply.h"

/* Take it; waits some seconds for another program. -1 and errno. Nothing to
 * do where refs alone are moved. */
int lock_take(struct apply *apply);

/* Give it back, if it is ours. -1 and errno: it is still there. */
int lock_drop(struct apply *apply);

bool lock_held(const struct apply *apply);

#endif
