/*
 * change - what an upgrade from one commit to another would do (B5)
 *
 * Read from a repository that holds both: the checkout itself, or its
 * staging. Nothing is written.
 *
 *   B5  unsafe are, beside what names.h says: a name twice in a tree
 *       ("duplicate"), entries out of order ("unsorted"), an object of
 *       another kind than its mode says ("type"), links whose text no
 *       symlink(2) takes ("link-empty", "link-over-long", "link-nul");
 *       only what is new or changed is looked at; what the checkout holds
 *       already was its owner's to accept
 */
#ifndef GIT_CHANGE_H
#define GIT_CHANGE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/list.h"
#include "git/lib.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHANGE_LIST_MAX 100 /* paths kept in each list */

struct change_path {
	char *path;       /* owned */
	const char *kind; /* static */
};

struct change_paths {
	struct change_path *items; /* owned; in tree order */
	size_t count, cap;
};

struct change_relation {
	int64_t ahead_count, behind_count;
	bool related; /* the two share a commit */
};

struct change {
	int64_t commit_count;
	int64_t file_count, insertion_count, deletion_count;
	int64_t new_bytes; /* of all blobs that are new at their path */
	struct change_paths sensitive;  /* kind: NULL */
	struct change_paths collisions; /* kind: "untracked" or "ignored" */
	struct change_paths unsafe;     /* kind: names.h, or see B5 */
	struct change_paths touched; /* edited, and not as they will be; kind:
					NULL */
	struct buf written; /* all that are new or changed, each with a NUL */
	char *submodule;    /* owned; the first one that moves, goes or becomes
			       something else, and is checked out; or NULL */
};

struct change_options {
	const char *repo;     /* borrowed; where the objects are */
	const char *worktree; /* borrowed; NULL: no collisions to look for */
	const struct list *edited; /* borrowed; paths there; or NULL */
	const char *before, *tip;  /* borrowed */
	const char *const *globs;  /* borrowed; sensitive paths */
	size_t glob_count;
};

/* Is `oid` a commit that the repository holds? -1 where it cannot be read. */
int change_known(const char *repo, const char *oid, struct err *err);

/* How `before` and `tip` stand to each other. */
int change_relate(struct change_relation *relation, const char *repo,
    const char *before, const char *tip, struct err *err);

/*
 * Is everything there: every commit, tree and blob that `tip` reaches and
 * `before` (NULL: nothing) does not? EX_DATAERR names what is missing.
 */
int change_complete(const char *repo, const char *before, const char *tip,
    struct err *err);

/* Measure the fast-forward from `before` to `tip`. */
int change_read(struct change *change, const struct change_options *options,
    struct err *err);
void change_clear(struct change *change);

#endif
