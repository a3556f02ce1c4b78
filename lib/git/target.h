/*
 * target - a repository about to be moved from one commit to another
 *
 * The changing half of this room starts here; only hermes-exec uses it. A
 * target is open on one checkout (or bare repository) and knows two commits:
 * `before`, where the branch stands, and `after`, where it shall. Objects of
 * `after` may still be in staging only. Nothing here changes a byte.
 *
 *   T1  repositories are opened where they are said to be, nothing is
 *       searched for upwards, and no program of theirs is run
 */
#ifndef GIT_TARGET_H
#define GIT_TARGET_H

#include "base/err.h"
#include "git/index_scan.h"
#include "git/lib.h"
#include <stdbool.h>
#include <stddef.h>

struct target;

enum target_side { TARGET_BEFORE, TARGET_AFTER };

/* The modes that a tree may hold; 0 stands for "not there". */
enum target_mode {
	TARGET_ABSENT = 0,
	TARGET_FILE = 0100644,
	TARGET_PROGRAM = 0100755,
	TARGET_SYMLINK = 0120000,
	TARGET_GITLINK = 0160000
};

/* One path that differs between the two trees. Never the same on both
 * sides; a path that is a folder on one side is listed by its files. */
struct target_change {
	char *path; /* owned; relative to the worktree, as the tree spells it */
	char old_oid[OID_SIZE], new_oid[OID_SIZE];
	unsigned old_mode, new_mode; /* enum target_mode */
	unsigned char
	    known[INDEX_STAT_SIZE]; /* what the old index knows of the file, as
			  it stands there (index.h); or nothing */
};

struct target_changes {
	struct target_change *list; /* owned; sorted by path */
	size_t count, cap;
};

/*
 * Open the repository at `path`. EX_DATAERR where there is none, or where its
 * worktree is said (core.worktree) to be elsewhere. The result is the
 * caller's, for target_free().
 */
int target_open(struct target **out, const char *path, struct err *err);
void target_free(struct target *target);

/* Read objects of the repository at `path` (staging) too, this process
 * alone: nothing is written down. */
int target_stage(struct target *target, const char *path, struct err *err);

/* Set the two commits, 40 hex digits each. EX_DATAERR where one is absent. */
int target_sides(struct target *target, const char *before, const char *after,
    struct err *err);

/* Absolute, without a slash at the end; borrowed. The worktree is NULL for
 * a bare repository. */
const char *target_git_dir(const struct target *target);
const char *target_common_dir(const struct target *target);
const char *target_worktree(const struct target *target);

/*
 * What differs between the two trees, renames being a delete and an add.
 * EX_DATAERR where a tree cannot be read or holds what no checkout may: a
 * mode not of enum target_mode, a path that leaves the worktree or enters
 * .git, entries out of order. `*out` is the caller's, for
 * target_changes_clear().
 */
int target_diff(struct target *target, struct target_changes *out,
    struct err *err);

/* All of the tree of `after`, as changes from an empty tree. */
int target_tree(struct target *target, struct target_changes *out,
    struct err *err);

void target_changes_clear(struct target_changes *changes);

/*
 * What git would read (core.attributesFile, core.excludesFile, .gitattributes
 * and .gitignore in the worktree) and is no file: to open it could take for
 * ever. What it is, the caller's; NULL: all is well.
 */
char *target_odd_file(const struct target *target);

/* Is `folder` a folder in the side's tree, or a submodule's? */
bool target_has_folder(struct target *target, enum target_side side,
    const char *folder);

/* Would git ignore an untracked file there? */
bool target_ignores(struct target *target, const char *path);

/* Are all objects that the changes name, and `after` itself, in the
 * repository's own store (staging apart)? */
bool target_landed(struct target *target, const struct target_changes *changes);

#endif
