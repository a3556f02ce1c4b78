/*
 * way - what of the worktree stands in the way of an upgrade
 *
 *   W1  as `git pull --ff-only` has it: edits, staged or not, of what the
 *       commit leaves alone are no obstacle; git itself is asked about the
 *       others (git/edits.h), and nothing is asked where there are none
 *   W2  a filter that only the checkout's own configuration defines, of a path
 *       that is to be written, where that configuration is not trusted
 */
#ifndef PROBE_WAY_H
#define PROBE_WAY_H

#include "git/change.h"
#include "git/inspect.h"

/*
 * Note dirty, staged, untracked-collision or needs-filter, leading, where git
 * would not go from the branch to `tip`. `staging` is where the commit is, or
 * NULL: in the checkout.
 */
void way_note(struct inspection *in, const struct change *change,
    const char *staging, const char *tip);

#endif
