/*
 * found - what the probe's leading reason says of a repository
 */
#ifndef PLAN_FOUND_H
#define PLAN_FOUND_H

#include "facts.h"

/* Note the reason and the facts beside it. */
void found_note(struct plan_repo *repo);

/* -1 where it is not known. */
int64_t found_behind_count(const struct plan_repo *repo);

#endif
