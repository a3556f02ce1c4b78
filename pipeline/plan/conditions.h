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

/*
 * Does the branch stand at a commit that could not be rolled back? That is
 * noted on what is not due: a newer commit may mend it.
 */
bool conditions_standing(struct plan_repo *repo);

#endif
