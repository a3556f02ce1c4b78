/*
 * folder - paths below an open folder, reached without following a symlink
 *
 * What is done in a worktree is done here. A parent is opened by store/below.h:
 * whatever changes meanwhile, nothing outside the folder is touched. All
 * return -1 with errno set.
 */
#ifndef EXEC_FOLDER_H
#define EXEC_FOLDER_H

#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/* The folder of `path`'s last part, for *name in it; the caller's to close. */
int folder_parent(int folder, const char *path, const char **name);

int folder_lstat(int folder, const char *path, struct stat *st);

/* The folder at `path` itself, to be read; the caller's to close. */
int folder_open(int folder, const char *path);

/*
 * Everything below the folder at `path`, what is in a folder before the folder
 * itself, `path` last: `each` is told the path and whether it is a folder; what
 * it says other than 0 ends the walk and is returned. -1 and errno.
 */
int folder_walk(int folder, const char *path,
    int (*each)(void *ctx, const char *path, bool is_folder), void *ctx);

/* Rename `from` in `folder` to `path` below `tree`; nothing may lie there. */
int folder_put(int folder, const char *from, int tree, const char *path);

/* The other way round. */
int folder_take(int tree, const char *path, int folder, const char *to);

/* Let the two change places. */
int folder_swap(int folder, const char *name, int tree, const char *path);

int folder_mkdir(int tree, const char *path, mode_t mode);

int folder_rmdir(int tree, const char *path);

/* fsync the folder that `path` lies in; one that is gone needs none. */
int folder_sync_parent(int tree, const char *path);

/* Open (make, 0700) `name`; EX_NOPERM where it is no folder of ours. */
int folder_own(int folder, const char *name, bool make, struct err *err);

/* Remove `name` in `folder` and all below it; absent is done. */
int folder_remove(int folder, const char *name);

/* A whole file, synced; EX_IOERR. */
int folder_write(int folder, const char *name, const void *bytes, size_t len,
    struct err *err);

/* Of what `name` is, symlink or not; 0 where there is nothing. */
uint64_t folder_inode(int folder, const char *name);

/* Are both names there, and one file? */
bool folder_same(int one, const char *name, int two, const char *other);

#endif
