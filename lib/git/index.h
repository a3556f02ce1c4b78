/*
 * index - the staging area of a checkout, read and made anew
 *
 * An index is never written in place: it is prepared as a file elsewhere and
 * the caller renames it over the old one.
 */
#ifndef GIT_INDEX_H
#define GIT_INDEX_H

#include "git/target.h"
#include <stdbool.h>
#include <sys/stat.h>

/*
 * Does the checkout's own index say anything else than the side's tree?
 * `*path` is then the first such path, the caller's to free; else NULL.
 */
int index_staged(struct target *target, enum target_side side, char **path,
    struct err *err);

/*
 * Apply the changes to the index in `file`, which is made where it is
 * missing. stats[i] is of what will lie at changes->list[i].path; entries of
 * gitlinks and of stats[i].st_ino 0 carry none. `old` is of the index that
 * `file` is a copy of (NULL: of none): what may have been edited in the very
 * second in which that was written loses its size, so that git looks at the
 * bytes, as git itself does ("racily clean").
 */
int index_change(const char *file, const struct stat *old,
    const struct target_changes *changes, const struct stat *stats,
    struct err *err);

/*
 * The files have been moved into place: take their new ctimes over. An entry
 * whose file is no longer (by inode, size, mtime) what was prepared keeps
 * what it had, so that git sees the difference.
 */
int index_moved(const char *file, const struct target_changes *changes,
    const struct stat *stats, const struct stat *now, struct err *err);

#endif
