/*
 * target_in - what the changing half of this room shares of a target
 */
#ifndef GIT_TARGET_IN_H
#define GIT_TARGET_IN_H

#include "git/lg.h"
#include "git/ref_store.h"
#include "git/target.h"

struct target {
	git_repository *repo;  /* owned; with its worktree */
	git_oid commit[2];     /* by enum target_side */
	git_tree *tree[2];     /* owned */
	struct ref_store refs; /* owned; its git dir, held */
	char *staging;         /* owned; an objects folder, or NULL */
	char *git_dir, *common_dir, *worktree; /* owned */
};

#endif
