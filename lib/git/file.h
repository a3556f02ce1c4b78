/*
 * file - a small file's bytes, as git keeps them in a git dir
 */
#ifndef GIT_FILE_H
#define GIT_FILE_H

#include "base/buf.h"
#include <stddef.h>

/*
 * The whole of a regular file of at most `max` bytes, a NUL behind it. 1
 * read; 0 there is none, or a folder; -1 unreadable, of another kind, too
 * long, or with a NUL in it. Never waits (a pipe in its place is no file).
 */
int file_read(const char *path, size_t max, struct buf *out);

/* As file_read() with NULs allowed, for files that are no text. */
int file_read_binary(const char *path, size_t max, struct buf *out);

#endif
