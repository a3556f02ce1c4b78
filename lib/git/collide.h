/*
 * collide - what stands where a new file wants to be
 *
 * git's own fast-forward overwrites ignored files silently; Hermes does not.
 * A path collides with anything that the index does not know: a file there,
 * a folder there that holds one or is a repository, or a file or a link where
 * one of its folders would be. Links are not followed, and folders that hold
 * nothing are nothing. What the index knows goes or changes with the upgrade
 * itself, or else it is staged or edited: edits.h.
 */
#ifndef GIT_COLLIDE_H
#define GIT_COLLIDE_H

#include "base/err.h"
#include <stdbool.h>

struct git_repository;
struct git_index;

enum collide_lies { LIES_NOTHING, LIES_FOLDER, LIES_OTHER };

struct collide {
	struct git_repository *repo; /* owned; NULL: nothing can collide */
	struct git_index *index;     /* owned */
	const char *worktree;        /* borrowed */
	char *at;                    /* owned; the path found last */
	char *way;              /* owned; the folder that was looked for last */
	enum collide_lies lies; /* what was found on the way there */
	char *end;              /* owned; where that is no folder; or NULL */
};

/* `worktree` NULL: a repository without one. */
int collide_begin(struct collide *collide, const char *worktree,
    struct err *err);

/*
 * "untracked" or "ignored" where something is in the way of the new file
 * `path`, and `*at` names it (borrowed until the next call); else NULL. Of a
 * submodule's `folder` what is in it is not in the way.
 */
const char *collide_find(struct collide *collide, const char *path, bool folder,
    const char **at);

/* Does anything lie there, no link followed on the way? */
bool collide_there(struct collide *collide, const char *path);
void collide_end(struct collide *collide);

#endif
