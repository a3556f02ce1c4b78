/*
 * conditions - what may keep a repository that is due from being upgraded
 *
 * A5, A6 and what the probe saw in the way of the new commit: each condition
 * that does not hold is noted; none looks at another.
 */
#ifndef PLAN_CONDITIONS_H
#define PLAN_CONDITIONS_H

#include "facts.h"

int conditions_note(const struct plan *plan, struct plan_repo *repo,
    struct err *err);

#endif
