/*
 * worktree - what the files of a checkout say
 *
 * libgit2 finds the files that may be edited; git itself says which of them
 * are (edits.h), and no process is started where there are none.
 */
#ifndef GIT_WORKTREE_H
#define GIT_WORKTREE_H

#include "git/inspect.h"

/*
 * Notes staged and dirty, counts and names what differs: facts that do not
 * lead, but for an unmerged index, with which git goes nowhere. Where the
 * index's cache-tree is HEAD's tree nothing is staged, and no tree is read.
 */
void worktree_status(struct inspection *in);

/* Whom to ask; `staging` is borrowed: objects besides the checkout's, or NULL.
 */
struct content_source worktree_source(const struct inspection *in,
    const char *staging);

/* git could not be asked about `code`: notes why, leading. */
void worktree_unasked(struct inspection *in, const char *code,
    const struct err *err);

/* Notes read-only-fs; free space and inodes. */
void worktree_space(struct inspection *in);

#endif
