#include "decide.h"
#include "back.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "chance.h"
#include "conditions.h"
#include "found.h"
#include "model/reason.h"
#include "note.h"
#include <stdlib.h>
#include <string.h>

#define MEMBERS_SHOWN 8

static bool
is(const char *code, const char *other)
{
	return !strcmp(code, other);
}

/* "dependency cycle of a, b, c and 5 more", once for each cycle. */
static void
name_cycles(struct plan *plan)
{
	size_t count = plan->order.cycle_count, i, k;
	struct buf *names = xcalloc(count + 1, sizeof(*names));
	size_t *members = xcalloc(count + 1, sizeof(*members));

	for (i = 0; i < plan->count; i++) {
		if (!plan->order.cycle[i])
			continue;
		k = plan->order.cycle[i] - 1;
		if (members[k]++ < MEMBERS_SHOWN)
			buf_printf(&names[k], "%s%s", names[k].len ? ", " : "",
			    plan->repos[i].repo_key);
	}
	plan->cycle_texts = xcalloc(count + 1, sizeof(*plan->cycle_texts));
	for (k = 0; k < count; k++) {
		if (members[k] > MEMBERS_SHOWN)
			buf_printf(&names[k], " and %zu more",
			    members[k] - MEMBERS_SHOWN);
		plan->cycle_texts[k] = buf_take(&names[k]);
	}
	free(names);
	free(members);
}

/* Edits are no trouble while there is nothing to put over them; nor is what
 * may not be written to. */
static bool
harmless(const struct plan_repo *repo)
{
	return found_behind_count(repo) == 0 &&
	       (is(repo->found, "dirty") || is(repo->found, "staged") ||
		   is(repo->found, "locked") || is(repo->found, "stale-lock") ||
		   is(repo->found, "foreign-owner"));
}

/* E3: is it where a dependant may build on it, or will it be? */
static bool
settled(const struct plan_repo *repo)
{
	if (repo->word == PLAN_UPGRADE || repo->word == PLAN_CANARY)
		return true;

	return repo->word == PLAN_NONE &&
	       (found_behind_count(repo) == 0 || is(repo->found, "current") ||
		   is(repo->found, "ahead"));
}

/* Is `a` the better one to point at? What is blocked comes first. */
static bool
points_better(const struct plan *plan, size_t a, size_t b)
{
	bool blocked = plan->repos[a].word == PLAN_BLOCK;

	if (b == NOWHERE)
		return true;
	if (blocked != (plan->repos[b].word == PLAN_BLOCK))
		return blocked;

	return a < b;
}

static size_t
find_blocker(const struct plan *plan, size_t i)
{
	const struct order *order = &plan->order;
	size_t e, to, best = NOWHERE;

	for (e = order->first[i]; e < order->first[i + 1]; e++) {
		to = order->edges[e].to;
		if (order->edges[e].after || settled(&plan->repos[to]))
			continue;
		if (points_better(plan, to, best))
			best = to;
	}

	return best;
}

static bool
has_canary(const struct plan_repo *repo, const char *need)
{
	const struct json *at = json_first(json_get(repo->fleet, "checks"));

	for (; at; at = json_next(at))
		if (is(json_get_text(at, "at"), "canary") &&
		    is(json_get_text(at, "need"), need))
			return true;

	return false;
}

static void
set_word(struct plan_repo *repo, bool risky)
{
	switch (repo->advice) {
	case REASON_NONE:
		repo->word = PLAN_NONE;
		break;
	case REASON_DEFER:
		repo->word = PLAN_DEFER;
		break;
	case REASON_BLOCK:
		repo->word = PLAN_BLOCK;
		break;
	case REASON_UPGRADE:
		repo->word = has_canary(repo, "required") ||
				     (risky && has_canary(repo, "wanted"))
				 ? PLAN_CANARY
				 : PLAN_UPGRADE;
		break;
	}
}

/* No tree of its own shows the branch: only the ref has to move. */
static bool
ref_only(const struct plan_repo *repo)
{
	const char *head =
	    json_get_text(json_get(repo->probe, "head"), "branch");
	const char *branch = json_get_text(repo->probe, "branch");

	return json_get_bool(repo->probe, "bare", false) ||
	       (head && branch && !is(head, branch));
}

/* A4 */
static const char *
strategy(const struct plan_repo *repo)
{
	switch (repo->word) {
	case PLAN_UPGRADE:
		return ref_only(repo) ? "ref-only" : "fast-forward";
	case PLAN_CANARY:
		return ref_only(repo) ? "ref-only" : "canary-fast-forward";
	case PLAN_BLOCK:
		return reason_find(repo->code)->person ? "manual" : "none";
	default:
		return "none";
	}
}

static int
decide_due(struct plan *plan, size_t i, bool *risky, struct err *err)
{
	struct plan_repo *repo = &plan->repos[i];

	if (conditions_note(plan, repo, err) == -1)
		return -1;
	*risky = chance_judge(plan, repo);
	if (plan->order.cycle[i]) /* is its own root cause */
		return 0;
	repo->blocker = find_blocker(plan, i);
	if (repo->blocker == NOWHERE)
		return 0;
	note(repo, "needs", "needs %s", plan->repos[repo->blocker].repo_key);
	if (plan->repos[repo->blocker].word == PLAN_BLOCK)
		repo->advice = REASON_BLOCK;
	if (!is(repo->code, "needs")) /* is its own root cause */
		repo->blocker = NOWHERE;

	return 0;
}

static int
decide_one(struct plan *plan, size_t i, struct err *err)
{
	struct plan_repo *repo = &plan->repos[i];
	bool risky = false;

	if (plan->back) {
		back_decide(plan, repo);
		return 0;
	}
	found_note(repo);
	if (repo->due && decide_due(plan, i, &risky, err) == -1)
		return -1;
	if (!repo->due && !conditions_standing(repo) && harmless(repo))
		repo->advice = REASON_NONE;
	if (plan->order.cycle[i]) /* O2 */
		note(repo, "dependency-cycle", "in a dependency cycle of %s",
		    plan->cycle_texts[plan->order.cycle[i] - 1]);
	set_word(repo, risky);
	repo->strategy = strategy(repo);

	return 0;
}

/* Indices by depth: what is needed comes before what needs it. */
static size_t *
by_depth(const struct plan *plan)
{
	size_t *sorted = xcalloc(plan->count + 1, sizeof(*sorted));
	size_t *next = xcalloc(plan->count + 2, sizeof(*next));
	size_t i;

	for (i = 0; i < plan->count; i++)
		next[plan->order.depth[i] + 1]++;
	for (i = 0; i < plan->count; i++)
		next[i + 1] += next[i];
	for (i = 0; i < plan->count; i++)
		sorted[next[plan->order.depth[i]]++] = i;
	free(next);

	return sorted;
}

int
decide(struct plan *plan, struct err *err)
{
	size_t i, *sorted;
	int result = 0;

	order_solve(&plan->order, plan->count);
	name_cycles(plan);
	sorted = by_depth(plan);
	for (i = 0; i < plan->count && result == 0; i++) {
		plan->repos[sorted[i]].depth = plan->order.depth[sorted[i]];
		result = decide_one(plan, sorted[i], err);
	}
	free(sorted);

	return result;
}
