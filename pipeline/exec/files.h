/*
 * files - the new files of an apply, made by git where nobody sees them
 *
 * Below GIT DIR/hermes/TOKEN/files/, in folders like those of the worktree
 * (mirror.h), then named "n-I" (O2).
 */
#ifndef EXEC_FILES_H
#define EXEC_FILES_H

#include "apply.h"

/*
 * Look at the files that the steps take away: each must be what the old index
 * says, as git sees it, else the apply is refused and the file named. Their
 * steps get their ids and modes as they lie (O4).
 */
int files_look(struct apply *apply);

/* Make the new ones; all that is told of them is in their steps. */
int files_prepare(struct apply *apply);

#endif
