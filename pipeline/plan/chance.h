/*
 * chance - the risk of one upgrade, from the document to risk.h and back
 */
#ifndef PLAN_CHANCE_H
#define PLAN_CHANCE_H

#include "facts.h"

/*
 * Score the repository and note "risk" where it is too high. True where it
 * is high enough for canary checks that are wanted, not required (A3).
 */
bool chance_judge(const struct plan *plan, struct plan_repo *repo);

#endif
