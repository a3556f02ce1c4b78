/*
 * tree_repo - a repository beside the target's, for a tree of one commit
 */
#ifndef GIT_TREE_REPO_H
#define GIT_TREE_REPO_H

#include "git/target.h"

/*
 * Make the folder `path` a repository: objects by alternates from the
 * target's store (and staging), HEAD detached at `after`, no hooks, no
 * remotes. Its files and index are the caller's to write.
 */
int tree_repo_make(struct target *target, const char *path, struct err *err);

#endif
