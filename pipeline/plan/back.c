#include "back.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "found.h"
#include "model/reason.h"
#include "note.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define OID_LEN 40

static bool
is(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

static bool
leans(const struct plan *plan, const struct plan_repo *repo)
{
	const struct json *at = json_first(json_get(repo->fleet, "depends_on"));
	const struct plan_repo *other;

	for (; at; at = json_next(at)) {
		other = map_get(&plan->by_key, json_text(at));
		if (other && (other == plan->back || other->leans))
			return true;
	}

	return false;
}

/* U4 */
static void
find_leaning(struct plan *plan)
{
	bool more = true;
	size_t i;

	while (more)
		for (more = false, i = 0; i < plan->count; i++)
			if (&plan->repos[i] != plan->back &&
			    !plan->repos[i].leans &&
			    leans(plan, &plan->repos[i]))
				more = plan->repos[i].leans = true;
}

int
back_want(struct plan *plan, const char *text, struct err *err)
{
	const char *oid = strchr(text, '=');
	size_t len = oid ? (size_t)(oid - text) : strlen(text), i;
	char *repo_key = xstrndup(text, len);

	plan->back = map_get(&plan->by_key, repo_key);
	free(repo_key);
	if (!plan->back)
		return err_set(err, EX_USAGE,
		    "-u: \"%.*s\" is not in the fleet", (int)len, text);
	if (oid && (strlen(oid + 1) != OID_LEN ||
		       strspn(oid + 1, "0123456789abcdef") != OID_LEN))
		return err_set(err, EX_USAGE,
		    "-u: expected 40 hex digits behind the =, found \"%.80s\"",
		    oid + 1);
	plan->back_oid = oid ? oid + 1 : NULL;
	if (json_bool(facts_policy(plan, plan->back, "rollback_dependants"),
		false))
		find_leaning(plan);
	for (i = 0; i < plan->count; i++)
		plan->repos[i].due = false;

	return 0;
}

/* The point that led `branch` to `oid`; of two the later. */
static const struct json *
led_to(const struct plan_repo *repo, const char *branch, const char *oid)
{
	const struct json *at = json_first(json_get(repo->taken, "points"));
	const struct json *found = NULL;

	for (; at; at = json_next(at))
		if (is(json_get_text(at, "after"), oid) &&
		    is(json_get_text(at, "branch"), branch))
			found = at;

	return found;
}

/* U1: NULL where the way from `oid` does not lead to `wanted`. */
static const char *
way_back(const struct plan_repo *repo, const char *branch, const char *oid,
    const char *wanted)
{
	size_t steps = json_count(json_get(repo->taken, "points"));
	const struct json *point = led_to(repo, branch, oid);
	const char *before = NULL;

	for (; point && steps > 0; steps--) {
		before = json_get_text(point, "before");
		if (!wanted || is(before, wanted))
			return before;
		point = led_to(repo, branch, before);
	}

	return NULL;
}

/* Was the branch of the one that goes back moved by an apply of that cycle,
 * and is that apply undone? */
static bool
is_undone(const struct plan *plan, const char *cycle_at)
{
	const struct plan_repo *repo = plan->back;
	const char *branch = json_get_text(repo->probe, "branch");
	const char *oid = json_get_text(repo->probe, "branch_oid");
	size_t steps = json_count(json_get(repo->taken, "points"));
	const struct json *point;

	for (; branch && oid && steps > 0; steps--) {
		point = led_to(repo, branch, oid);
		if (!point)
			break;
		if (is(json_get_text(point, "at"), cycle_at))
			return true;
		oid = json_get_text(point, "before");
		if (!plan->back_oid || is(oid, plan->back_oid))
			break;
	}

	return false;
}

/* U4: where it stood before the first cycle that is undone; NULL: it was in
 * none of them. */
static const char *
way_along(const struct plan *plan, const struct plan_repo *repo,
    const char *branch, const char *oid)
{
	size_t steps = json_count(json_get(repo->taken, "points"));
	const struct json *point = led_to(repo, branch, oid);
	const char *before = NULL;

	for (; point && steps > 0; steps--) {
		if (is_undone(plan, json_get_text(point, "at")))
			before = json_get_text(point, "before");
		point = led_to(repo, branch, json_get_text(point, "before"));
	}

	return before;
}

static bool
follows(const struct plan *plan, const struct plan_repo *repo)
{
	const char *branch = json_get_text(repo->probe, "branch");
	const char *oid = json_get_text(repo->probe, "branch_oid");

	return repo->leans && branch && oid &&
	       way_along(plan, repo, branch, oid);
}

static const char *
last_after(const struct plan_repo *repo)
{
	const struct json *at = json_first(json_get(repo->taken, "points"));
	const char *after = NULL;

	for (; at; at = json_next(at))
		after = json_get_text(at, "after");

	return after;
}

static void
find_way(const struct plan *plan, struct plan_repo *repo)
{
	const char *branch = json_get_text(repo->probe, "branch");
	const char *oid = json_get_text(repo->probe, "branch_oid");
	const char *head =
	    json_get_text(json_get(repo->probe, "head"), "branch");

	if (!branch || !oid)
		note(repo, "no-undo", "cannot go back: it has no branch");
	else if (!json_get_bool(repo->probe, "bare", false) &&
		 !is(head, branch))
		note(repo, "no-undo", "cannot go back: %s is not checked out",
		    branch);
	else if (!last_after(repo))
		note(repo, "no-undo", "there is no apply to undo");
	else if (!led_to(repo, branch, oid))
		note(repo, "no-undo",
		    "cannot go back: %s stands at %.12s, the last apply led "
		    "to %.12s",
		    branch, oid, last_after(repo));
	else
		repo->back = repo == plan->back
				 ? way_back(repo, branch, oid, plan->back_oid)
				 : way_along(plan, repo, branch, oid);
	if (repo->back)
		note(repo, "undo", "goes back from %.12s to %.12s", oid,
		    repo->back);
	else if (!repo->code)
		note(repo, "no-undo",
		    "cannot go back: no apply led from %.12s to where it "
		    "stands",
		    plan->back_oid);
}

/* U2: of what the probe found, that which speaks of the checkout: it stands
 * before the remotes. Edits in the way of an upgrade need not be in the way of
 * going back: hermes-exec(1) sees. */
static bool
in_the_way(const struct plan_repo *repo)
{
	static const char *const fine[] = { "no-upstream", "needs-trust",
		"staged", "dirty" };
	const struct reason *found = reason_find(repo->found);
	size_t i;

	for (i = 0; i < sizeof(fine) / sizeof(*fine); i++)
		if (is(repo->found, fine[i]))
			return false;

	return found->kind == REASON_LOCAL &&
	       reason_rank(found) < reason_rank(reason_find("dirty"));
}

void
back_decide(const struct plan *plan, struct plan_repo *repo)
{
	if (repo != plan->back && !follows(plan, repo)) {
		repo->leans = false;
		note(repo, "undo", "is left alone while %s goes back",
		    plan->back->repo_key);
		note_fact(repo, repo->found);
		repo->word = PLAN_NONE;
		repo->strategy = "none";
		return;
	}
	if (in_the_way(repo))
		found_note(repo);
	if (!strcmp(plan->pressure, "critical"))
		note(repo, "pressure",
		    "the machine is under critical pressure");
	if (!repo->code)
		find_way(plan, repo);
	note_fact(repo, repo->found);
	repo->word = repo->back                     ? PLAN_UPGRADE
		     : repo->advice == REASON_BLOCK ? PLAN_BLOCK
		     : repo->advice == REASON_DEFER ? PLAN_DEFER
						    : PLAN_NONE;
	repo->strategy = repo->back                 ? "rollback"
			 : repo->word == PLAN_BLOCK ? "manual"
						    : "none";
}
