/*
 * report - the plan as JSON: in the document, in STATE, as events
 */
#ifndef PLAN_REPORT_H
#define PLAN_REPORT_H

#include "base/buf.h"
#include "base/hash.h"
#include "facts.h"
#include "json/doc.h"

/* P8, over what report_plan() writes. */
void report_hash(const struct plan *plan, char out[HASH_NAMED_SIZE]);

/* The document's "plan". */
void report_plan(const struct plan *plan, const char *decision_hash,
    struct buf *out);

/* global_orchestration_plan.json: no cycle, no scores, so that a cycle which
 * decides what the last one did leaves it alone. */
void report_state(const struct plan *plan, const char *decision_hash,
    struct buf *out);

/* repo.changed for what differs from the memory, and plan.decided. A plan to
 * go back says nothing of how repositories stand. */
void report_events(const struct plan *plan, const char *decision_hash,
    struct doc *doc);

#endif
