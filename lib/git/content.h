/*
 * content - what bytes the files of a checkout have, as git says (W2)
 *
 * git is asked in a repository of ours (plumbing/scratch.h) that has the
 * checkout's objects by alternates and of its configuration those settings
 * that say what bytes a file has; the worktree is looked at, and the indexes
 * are copies. No rule of git's (end of line, ident, encodings, filter drivers,
 * attributes, what an index takes over) is written a second time here.
 *
 *   N1  handed on always: core.autocrlf, eol, safecrlf, symlinks, fileMode,
 *       ignoreCase, attributesFile and the like, info/attributes; what the
 *       user's configuration includes on a condition that holds for the
 *       checkout
 *   N2  handed on with trust_config only: filter.*, lfs.*; the remotes are
 *       handed on always, git-lfs(1) derives its own from them
 *   N3  git reads attributes of an index that it writes files from, and those
 *       of the worktree where it compares, as in a checkout
 *   N4  in a worker git has no more time than is left of the worker's
 *       (patience.h)
 */
#ifndef GIT_CONTENT_H
#define GIT_CONTENT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/list.h"
#include "git/place.h"
#include <stdbool.h>

struct content_source {
	const char *folder;        /* borrowed; to be made; scratch_remove() */
	const struct place *place; /* borrowed; the checkout */
	const char *named;         /* borrowed; its path in the fleet file */
	const char *staging; /* borrowed; an objects folder beside; or NULL */
	const char *remote;  /* borrowed; which filters fetch from; or NULL */
	bool trust_config;
};

struct content {
	char *folder;   /* owned; the scratch repository */
	char *worktree; /* owned; or NULL */
	bool plain; /* nothing can convert: a file has its blob's bytes, where
		       no .gitattributes says otherwise */
	struct list untrusted; /* drivers that only the checkout's own, not
				  trusted, configuration defines */
};

/* Make the scratch repository; made already, it is told all anew, and what
 * else lies in its folder stays. */
int content_open(struct content *content, const struct content_source *source,
    struct err *err);
void content_close(struct content *content);

/* content->plain, without a scratch repository. */
bool content_plain(const struct content_source *source);

/*
 * Bring the stat data of the index in `file` up to date with the worktree:
 * entries whose files have the bytes that git would commit as what they say.
 * Entries that are marked stay as they are (indexfile_copy()); the index may be
 * a copy, if its mtime is the old one's (racy entries are told by it).
 */
int content_refresh(struct content *content, const char *file, struct err *err);

/* Paths of the worktree that are not as the index in `file` says. */
int content_edited(struct content *content, const char *file,
    struct list *paths, struct err *err);

/*
 * Move the index in `file` from one commit to the other, as `git merge
 * --ff-only` does: what was staged meanwhile stays. 1; 0 where that would lose
 * something staged, and `*why` (the caller's) names it in git's words; -1.
 */
int content_merge(struct content *content, const char *file, const char *before,
    const char *after, char **why, struct err *err);

/* What git finds in the way of a fast-forward. */
enum content_way {
	CONTENT_FREE,     /* nothing */
	CONTENT_EDITED,   /* a file is not what the index says */
	CONTENT_STAGED,   /* nor is the index what the commit says */
	CONTENT_UNTRACKED /* a file, or a folder with files, that is nobody's:
			     ignored ones git does not see */
};

struct content_obstacle {
	enum content_way way;
	char *path; /* owned; the first; NULL where CONTENT_FREE */
};

/*
 * Would `git merge --ff-only` from one commit to the other go through, by the
 * worktree and the index in `file`, which was refreshed? It is git that
 * answers, and writes nothing: neither files nor the index.
 */
int content_fits(struct content *content, const char *file, const char *before,
    const char *after, struct content_obstacle *obstacle, struct err *err);

/* Write into `file` an index of exactly that commit. */
int content_read(struct content *content, const char *file, const char *commit,
    struct err *err);

/*
 * Make the files at `paths` (each ended by a NUL) of the index in `file` below
 * `folder`: content, modes and links as git makes them, under the umask.
 */
int content_write(struct content *content, const char *file, const char *folder,
    const struct buf *paths, struct err *err);

/*
 * The first of `paths` (as above) that one of content->untrusted holds for by
 * the attributes in the index; the caller's; NULL where there is none.
 */
int content_needs_filter(struct content *content, const char *file,
    const struct buf *paths, char **path, struct err *err);

#endif
