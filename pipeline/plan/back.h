/*
 * back - a plan to go back (X6): one repository, everything else left alone
 *
 *   U1  the way back leads from where the branch stands, over the applies that
 *       led there (memory.rollback's points), and nowhere else
 *   U2  the operator's word stands above holds, windows, ages and risk, and
 *       no remote is needed; not above the state of the checkout
 *   U3  where it cannot be, the repository is blocked, with the reason
 *   U4  where rollback_dependants says so, what leans on it and was applied in
 *       a cycle that is undone goes back with it, to before that cycle
 */
#ifndef PLAN_BACK_H
#define PLAN_BACK_H

#include "facts.h"

#define BACK_WANTED "REPO or REPO=OID"

/*
 * Take `text`, REPO or REPO=OID (40 hex digits), as what is to go back, in a
 * plan whose facts are read. EX_USAGE: it is none, or not in the fleet.
 */
int back_want(struct plan *plan, const char *text, struct err *err);

/* Decide on one repository of such a plan. */
void back_decide(const struct plan *plan, struct plan_repo *repo);

#endif
