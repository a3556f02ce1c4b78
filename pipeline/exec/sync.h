/*
 * sync - an apply's files and folders, on the disk
 *
 * A few one by one; many by the whole file system at once (syncfs), which
 * costs one flush instead of one for each. Both fail with a verdict.
 */
#ifndef EXEC_SYNC_H
#define EXEC_SYNC_H

#include "apply.h"

/* The prepared files. */
int sync_files(struct apply *apply);

/* The new index, as it was completed. */
int sync_index(struct apply *apply);

/* Any file of the apply's folder, told as `what`. */
int sync_name(struct apply *apply, const char *name, const char *what);

/* The folders of the worktree that the steps change. */
int sync_tree_folders(struct apply *apply);

#endif
