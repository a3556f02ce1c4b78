/*
 * collide - what stands where a new file wants to be
 *
 * git's own fast-forward overwrites ignored files silently; Hermes does not.
 * A path collides with anything that the index does not know: a file there,
 * a folder there that holds one, or a file where one of its folders would
 * be. What the index knows goes or changes with the upgrade itself.
 */
#ifndef GIT_COLLIDE_H
#define GIT_COLLIDE_H

#include "base/err.h"

struct git_repository;
struct git_index;

struct collide {
	struct git_repository *repo; /* owned; NULL: nothing can collide */
	struct git_index *index;     /* owned */
	const char *worktree;        /* borrowed */
	char *at;                    /* owned; the path found last */
};

/* `worktree` NULL: a repository without one. */
int collide_begin(struct collide *collide, const char *worktree,
    struct err *err);

/*
 * "untracked" or "ignored" where something is in the way of the new file
 * `path`, and `*at` names it (borrowed until the next call); else NULL.
 */
const char *collide_find(struct collide *collide, const char *path,
    const char **at);
void collide_end(struct collide *collide);

#endif
