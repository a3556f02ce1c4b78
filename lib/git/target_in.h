/*
 * target_in - what the changing half of this room shares of a target
 */
#ifndef GIT_TARGET_IN_H
#define GIT_TARGET_IN_H

#include "git/lg.h"
#include "git/target.h"

struct target {
	git_repository *repo;    /* owned; with its worktree */
	git_commit *commit[2];   /* owned; by enum target_side */
	git_tree *tree[2];       /* owned */
	git_repository *attr[2]; /* owned; T1: bare, the tree as index */
	char *staging;           /* owned; an objects folder, or NULL */
	char *git_dir, *common_dir, *worktree; /* owned */
	bool no_filemode;                      /* core.fileMode is false */
};

/* The bare view of one side, whose index is that side's tree. */
int target_attr(struct target *target, enum target_side side,
    git_repository **out, struct err *err);

#endif
