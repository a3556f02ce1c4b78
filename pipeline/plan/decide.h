/*
 * decide - a recommendation and a strategy for every repository (A2, A4)
 *
 *   E1  only what is due is upgraded; what is not follows from the probe's
 *       reason alone, by the reason table
 *   E2  of all that was noted on what is due, the strongest advice counts;
 *       the facts beside the probe's reason are listed, no more
 *   E3  what needs others is upgraded only if each of them is current or is
 *       upgraded in this plan; else it waits as they do
 */
#ifndef PLAN_DECIDE_H
#define PLAN_DECIDE_H

#include "facts.h"

/* Fill word, strategy, code, codes, why, blocker, risk of every repository;
 * plan->order is solved here. */
int decide(struct plan *plan, struct err *err);

#endif
