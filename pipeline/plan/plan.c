#include "plan.h"
#include "back.h"
#include "chain.h"
#include "decide.h"
#include "facts.h"
#include "queue.h"
#include "report.h"
#include "shapes.h"

static void
plan_report(const struct plan *plan, struct doc *doc, struct buf *state)
{
	char decision_hash[HASH_NAMED_SIZE];
	struct buf text = { 0 };

	report_hash(plan, decision_hash);
	report_plan(plan, decision_hash, &text);
	if (state)
		report_state(plan, decision_hash, state);
	report_events(plan, decision_hash, doc);
	doc_put(doc, "plan", &text);
}

/* 1: the one that is to go back does not, or one that leans on it (U4). */
static int
verdict(const struct plan *plan)
{
	size_t i;

	for (i = 0; plan->back && i < plan->count; i++)
		if ((&plan->repos[i] == plan->back || plan->repos[i].leans) &&
		    !plan->repos[i].back)
			return 1;

	return 0;
}

int
plan_add(struct doc *doc, const char *undo, struct buf *state, struct err *err)
{
	struct plan plan = { 0 };
	int result = -1;

	if (doc_begin(doc, "plan", err) == -1 || shapes_check(doc, err) == -1)
		return -1;
	if (facts_read(&plan, doc, err) == 0 &&
	    (!undo || back_want(&plan, undo, err) == 0) &&
	    decide(&plan, err) == 0) {
		queue_fill(&plan);
		chain_follow(&plan);
		plan_report(&plan, doc, state);
		result = verdict(&plan);
	}
	plan_clear(&plan);

	return result;
}
