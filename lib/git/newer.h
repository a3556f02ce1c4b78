/*
 * newer - the objects that new commits bring
 *
 * Of every commit of the right side alone (history.h): itself, and what its
 * tree holds that its first parent's does not hold at the same place. Parents
 * come before children, so what a parent holds has been seen, or is the left
 * side's. A submodule's commit is not ours to hold and is left out.
 */
#ifndef GIT_NEWER_H
#define GIT_NEWER_H

#include "git/history.h"

struct newer {
	git_repository *repo; /* borrowed; where the objects are */
	/* Called for each object once, `name` being that of its last place, and
	 * empty for a commit and its tree; ends the walk by anything but 0. */
	int (*each)(struct newer *newer, const git_oid *oid, git_object_t type,
	    const char *name);
	void *ctx; /* the caller's */

	const char *kind; /* static; of `failed`: "commit", "tree", "blob" */
	git_oid failed;   /* what could not be read, or `each` did not take */
	struct map seen;
	char **keys; /* owned; what the map borrows */
	size_t key_count, key_cap;
};

/*
 * Tell of what is new in a history that has been walked. libgit2's code, or
 * what `each` returned.
 */
int newer_walk(struct newer *newer, struct history *history);
void newer_clear(struct newer *newer);

#endif
