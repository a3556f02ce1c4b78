/*
 * inspect - everything that can be seen of one checkout without its remotes
 *
 * Writes nothing there, waits for nothing, runs nothing of the repository's:
 * the index keeps its bytes, no hook, filter or fsmonitor is asked. A fact is a
 * reason code of B2 with a short detail; a fact that does not `lead` is true
 * but does not decide over the tracked branch (uncommitted changes where
 * another branch is checked out).
 */
#ifndef GIT_INSPECT_H
#define GIT_INSPECT_H

#include "base/list.h"
#include "git/edits.h"
#include "git/place.h"
#include <stdint.h>

#define INSPECT_FACT_MAX 24
#define INSPECT_PATH_MAX 8

struct fact {
	const char *code; /* static */
	char *detail;     /* owned; or NULL */
	bool leads;
};

struct inspection {
	struct place place;
	struct fact facts[INSPECT_FACT_MAX];
	size_t fact_count;

	char head_oid[OID_SIZE];   /* empty: unborn */
	char *head_branch;         /* owned; short; NULL: detached */
	char *branch;              /* owned; the tracked one, short; or NULL */
	char branch_oid[OID_SIZE]; /* empty: there is no such branch */
	bool checked_out; /* the tracked branch is what the worktree holds */
	bool tree_leads;  /* what the worktree is in decides: it is that, or
			     HEAD is detached */
	char *upstream_remote; /* owned; branch.X.remote; or NULL */
	char *upstream_ref;    /* owned; "refs/heads/main"; or NULL */

	int64_t staged_count, unstaged_count, untracked_count; /* -1: unknown */
	struct list dirty;            /* staged, edited or unmerged; sorted */
	struct list assumed, skipped; /* of those, what git was told not to see:
					 assume-unchanged, skip-worktree */
	struct edits edits;           /* where git is asked for it */
	const char *scratch, *named;  /* borrowed; of the options */
	bool trust_config;
	int64_t stash_count;
	int64_t worktree_count; /* linked ones, this one included */
	int64_t free_bytes, free_inode_count; /* -1: unknown */
};

struct inspect_options {
	const char *path;    /* borrowed */
	const char *branch;  /* borrowed; NULL: the one checked out */
	const char *self;    /* borrowed; the running program's real path */
	const char *scratch; /* borrowed; a folder to be made for git to be
				asked in, gone with inspect_clear() */
	bool trust_config;
	bool own_remotes; /* the fleet names remotes: no upstream is needed */
};

/*
 * The cheap half: what stands there, head, branch, upstream, trust. What
 * cannot be seen is a fact, never an error.
 */
void inspect_begin(struct inspection *in,
    const struct inspect_options *options);

/* The other half: marks, space, status. Not where place.reason. */
void inspect_rest(struct inspection *in);

/*
 * Something could not be read: corrupt, with `detail`, which is taken; or
 * foreign-owner where a part of the git directory is closed to this user.
 */
void inspect_damaged(struct inspection *in, char *detail);

/* Was nothing found that could not be read? */
bool inspect_sound(const struct inspection *in);

/* Note one more fact; `detail` is taken. A code is noted once: with the detail
 * that it came to lead with. */
void inspect_note(struct inspection *in, const char *code, bool leads,
    char *detail);

bool inspect_has(const struct inspection *in, const char *code);
void inspect_clear(struct inspection *in);

#endif
