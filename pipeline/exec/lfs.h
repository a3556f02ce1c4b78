/*
 * lfs - what git-lfs fetched for the new files, into the checkout's own store
 *
 * git-lfs(1) runs as the filter that the user's configuration names, in the
 * repository beside (bytes.h): what it fetches lies below lfs/objects/ there.
 * In a checkout it would lie below the common dir, where `git lfs fsck` and
 * the next `git checkout` look for it.
 */
#ifndef EXEC_LFS_H
#define EXEC_LFS_H

#include "apply.h"

/* Put it there, as made in its place. Nothing to do where there is none. */
int lfs_land(struct apply *apply);

#endif
