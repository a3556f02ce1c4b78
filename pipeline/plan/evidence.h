/*
 * evidence - what vouches for a tip that is not the primary's (A7)
 *
 *   V1  it is, or is part of, what the primary was last seen with, and that
 *       is no longer ago than evidence_max_age_s
 *   V2  where neither holds it waits for the primary, unless mirror_ahead says
 *       "accept"; what has parted from the primary the probe never selects
 */
#ifndef PLAN_EVIDENCE_H
#define PLAN_EVIDENCE_H

#include "facts.h"

/* Note "remote-down" where nothing vouches for the tip of `repo`, which is
 * due. */
void evidence_note(const struct plan *plan, struct plan_repo *repo);

/* Why the tip may be taken, owned; NULL: it is the primary's. */
char *evidence_text(const struct plan *plan, const struct plan_repo *repo);

#endif
