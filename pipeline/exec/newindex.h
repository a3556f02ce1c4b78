/*
 * newindex - the index that an apply leaves, made by git out of the user's
 *
 * Below GIT DIR/hermes/TOKEN/ `old-index` is a hard link to the user's, and
 * `own/index` becomes what `git merge --ff-only` would leave: a copy, brought
 * up to date with the worktree and moved from the one commit to the other.
 *
 *   N1  what is staged elsewhere stays staged, what is edited elsewhere is not
 *       looked at; what would be lost refuses the apply, and is named
 *   N2  entries know their files truly, before the swap and behind it
 */
#ifndef EXEC_NEWINDEX_H
#define EXEC_NEWINDEX_H

#include "apply.h"

#define NEWINDEX_FOLDER "own"
#define NEWINDEX_NAME NEWINDEX_FOLDER "/index"
#define NEWINDEX_BACK NEWINDEX_FOLDER "/back" /* newindex_back() */
#define NEWINDEX_OLD NEWINDEX_FOLDER "/old"   /* newindex_restore() */

/* Make it, and fill apply->changes with what it changes. */
int newindex_prepare(struct apply *apply);

/* A copy of the user's index as it was, as `own/NAME`; none where there was
 * none. */
int newindex_copy(struct apply *apply, const char *name, struct err *err);

/* N2, behind the renames: the files of the steps as they lie now. */
int newindex_stamp(struct apply *apply);

/*
 * The index that was there before, as `own/NAME`: what `from` (in the apply's
 * folder) says, with the ctimes that the files of the steps have now.
 */
int newindex_restore(struct apply *apply, const char *from, const char *name,
    struct err *err);

/*
 * As newindex_prepare(), from the index that lies there now back to `before`,
 * as `own/NAME`. 1; 0 where something staged since would be lost, and *why
 * (the caller's) says what; -1.
 */
int newindex_back(struct apply *apply, const char *name, char **why,
    struct err *err);

#endif
