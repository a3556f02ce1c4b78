/*
 * plan - decide what is done with every repository of a fleet
 *
 * A function of the document alone (P2): the same bytes in give the same
 * plan, and a permuted fleet the same decision_hash (P8).
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "base/buf.h"
#include "base/err.h"
#include "json/doc.h"

/*
 * Add "plan" to `doc`, and its events; one to go back (back.h) where `undo`
 * is given: then 1 where it cannot be. Where `state` is given, the text of
 * global_orchestration_plan.json goes there. EX_DATAERR: what it reads is
 * not what hermes-probe writes; EX_USAGE: `undo` is wrong.
 */
int plan_add(struct doc *doc, const char *undo, struct buf *state,
    struct err *err);

#endif
