/*
 * blob - a tree's file as it lies in a worktree, and back
 *
 * Files are named by an open folder and a name in it. `path` is where the
 * tree has the file: attributes hang on it (T1).
 */
#ifndef GIT_BLOB_H
#define GIT_BLOB_H

#include "git/target.h"
#include <stdbool.h>

/*
 * Can this version write the path as git would? 1; 0 where an attribute asks
 * for what Hermes does not do (a filter program, another encoding), and
 * `*why` names the attribute; -1.
 */
int blob_writable(struct target *target, enum target_side side,
    const char *path, const char **why, struct err *err);

/*
 * Make (O_EXCL) the file `name` in `dir` with what the side's tree has at
 * `path`: filtered, with the mode that the umask leaves of 0666 or 0777. A
 * symlink becomes a symlink. Syncing is the caller's. EX_IOERR; EX_DATAERR.
 */
int blob_write(struct target *target, enum target_side side, const char *path,
    const char *oid, unsigned mode, int dir, const char *name, struct err *err);

/*
 * Is what lies at `name` in `dir` the blob `oid` with `mode`, as git sees it
 * (the clean filters of the side applied)? An absent file is not. `*same` is
 * the answer.
 */
int blob_same(struct target *target, enum target_side side, const char *path,
    const char *oid, unsigned mode, int dir, const char *name, bool *same,
    struct err *err);

#endif
