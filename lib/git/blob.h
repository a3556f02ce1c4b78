/*
 * blob - a file by what it holds, as it lies
 *
 * The id that its very bytes would have as a blob; of a symlink, its text's.
 * No filter is asked: what git makes of the bytes is content.h's matter.
 */
#ifndef GIT_BLOB_H
#define GIT_BLOB_H

#include "git/target.h"
#include <sys/stat.h>

/* The mode of a tree that stands for what `st` is; TARGET_ABSENT where no
 * tree can hold it. */
unsigned blob_mode(const struct stat *st);

/*
 * Of what lies at `name` in `dir`: its mode into *mode (TARGET_ABSENT where
 * nothing does, or what no tree can hold) and its id. Never waits. EX_IOERR.
 */
int blob_of(int dir, const char *name, char oid[OID_SIZE], unsigned *mode,
    struct err *err);

/* Is it that blob, with that mode? */
int blob_same(int dir, const char *name, const char *oid, unsigned mode,
    bool *same, struct err *err);

#endif
