/*
 * place - what stands at a path, before libgit2 sees it (B1)
 *
 * By lstat, owner, the configuration file and the index's bytes alone: what
 * is not a repository of ours in a format that is known is never opened.
 *
 *   B1  in this order: missing, not-a-repo, foreign-owner,
 *       unsupported-format, self, moved; what could not be read because
 *       it is closed to this user is foreign-owner, too (duplicate-of is
 * between the last two and the caller's to see: device and inode of the common
 * dir)
 */
#ifndef GIT_PLACE_H
#define GIT_PLACE_H

#include "git/gitconfig.h"
#include "git/indexfile.h"
#include "git/ref.h"
#include <stdbool.h>
#include <sys/types.h>

struct place {
	const char *reason; /* static code; NULL: fit to be opened */
	char *detail;       /* owned; NULL where the code says it all */
	char *worktree;     /* owned; real path; NULL for a bare repository */
	char *git_dir;      /* owned; real path; NULL where not a repository */
	char *common_dir;   /* owned; likewise */
	dev_t device;       /* of the common dir */
	ino_t inode;
	bool bare;
	bool linked;             /* a worktree beside another */
	bool partial;            /* some remote is a promisor */
	bool sparse;             /* core.sparseCheckout */
	struct gitconfig config; /* of the repository, worktree's included */
	struct indexfile index;
};

enum place_flags {
	PLACE_UPSTREAM = 1, /* only read from: root's too, no index, not self */
	PLACE_RECOVER = 2   /* to be put right: whatever the index is */
};

/* `self` is the running program's real path, or NULL. */
void place_find(struct place *place, const char *path, const char *self,
    unsigned flags);

struct ref_dirs place_dirs(const struct place *place);
void place_clear(struct place *place);

#endif
