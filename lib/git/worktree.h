/*
 * worktree - what the files of a checkout say
 */
#ifndef GIT_WORKTREE_H
#define GIT_WORKTREE_H

#include "git/inspect.h"

/* Notes needs-filter: some path goes through a program of the user's. */
void worktree_filters(struct inspection *in);

/*
 * Notes staged and dirty, counts and names what differs. Where the index's
 * cache-tree is HEAD's tree nothing is staged, and no tree is read.
 */
void worktree_status(struct inspection *in);

/* Notes read-only-fs; free space and inodes. */
void worktree_space(struct inspection *in);

/* Does the text of a .gitattributes set a filter? */
bool worktree_sets_filter(const char *text);

#endif
