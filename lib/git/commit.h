/*
 * commit - a commit object, as far as git looks when it pulls
 *
 * libgit2 takes a commit whole and has none whose author lacks an e-mail or
 * whose date is no date; old imports have such, and git takes them. Read here
 * as git reads it, from the object's bytes: the tree, the parents, and the
 * committer's date where there is one.
 */
#ifndef GIT_COMMIT_H
#define GIT_COMMIT_H

#include "git/lg.h"
#include <stddef.h>
#include <stdint.h>

struct commit {
	git_oid tree;
	git_oid *parents; /* owned */
	size_t parent_count;
	int64_t date; /* the committer's, in seconds; 0: none that is one */
};

/*
 * Read the commit `oid`. 0, or libgit2's own code, GIT_ENOTFOUND where there
 * is no such object, with what there is to say in git_error_last(). All zero
 * after a failure.
 */
int commit_read(struct commit *commit, git_odb *odb, const git_oid *oid);
void commit_clear(struct commit *commit);

/* The tree of the commit `oid`, the caller's; codes as above. */
int commit_tree(git_tree **out, git_repository *repo, const git_oid *oid);

#endif
