/*
 * below - paths below an open folder, reached without following a symlink
 *
 * By openat2(2) with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS: whatever changes
 * meanwhile, nothing outside the folder is opened, and a FIFO in the place of
 * a file is not waited for. All return -1 with errno set.
 */
#ifndef STORE_BELOW_H
#define STORE_BELOW_H

#include <sys/types.h>

/* Open `path`; `mode` counts with O_CREAT alone. */
int below_open(int folder, const char *path, int flags, mode_t mode);

/* The folder of `path`'s last part, for *name in it; the caller's to close. */
int below_parent(int folder, const char *path, int flags, const char **name);

/* Open a file, for bytes: EISDIR and ENOTSUP where something else is there. */
int below_file(int folder, const char *path, int flags, mode_t mode);

/* close(), with errno as it was; returns `rc`. */
int below_done(int fd, int rc);

#endif
