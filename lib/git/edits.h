/*
 * edits - what git says of the files of one checkout, asked in a scratch
 * repository
 *
 * libgit2 looks, and says which files may be edited: those whose stat data is
 * not the index's. Whether they are, and whether they stand in the way of an
 * upgrade, is git's to say (content.h).
 *
 *   D1  the scratch repository is made when the first question comes, in a
 *       folder that was not there, and goes with edits_close(); nothing is
 *       written anywhere else
 *   D2  the index that is asked is a copy without marks: an edit counts that
 *       git was told not to see
 */
#ifndef GIT_EDITS_H
#define GIT_EDITS_H

#include "git/content.h"

struct edits {
	struct content content; /* open where `folder` is set */
	char *folder;           /* owned */
	char *index;            /* owned; the copy, refreshed; NULL: none yet */
};

/* Paths that are not as the index says, sorted, each of them once. */
int edits_list(struct edits *edits, const struct content_source *source,
    struct list *paths, struct err *err);

/*
 * The first thing in the way of a fast-forward, as content_fits(). The commits
 * are in source->staging or in the checkout.
 */
int edits_obstacle(struct edits *edits, const struct content_source *source,
    const char *before, const char *after, struct content_obstacle *obstacle,
    struct err *err);

/*
 * The first of `paths` (each ended by a NUL) that by the attributes of commit
 * `after` goes through a filter that only the checkout's own configuration
 * defines, where that is not trusted; the caller's; NULL: none.
 */
int edits_filtered(struct edits *edits, const struct content_source *source,
    const char *after, const struct buf *paths, char **path, struct err *err);

void edits_close(struct edits *edits);

#endif
