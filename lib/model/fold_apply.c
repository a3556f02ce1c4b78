#include "model/fold_apply.h"
#include "base/alloc.h"
#include "model/reason.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Members that most of these events carry. */
struct outcome {
	int64_t token;
	const char *branch, *before, *after, *code, *detail;
};

static struct outcome
outcome_of(const struct json *data)
{
	return (struct outcome){
		.token = json_get_int(data, "token", 0),
		.branch = json_get_text(data, "branch"),
		.before = json_get_text(data, "before"),
		.after = json_get_text(data, "after"),
		.code = json_get_text(data, "code"),
		.detail = json_get_text(data, "detail"),
	};
}

static bool
is_open(const struct fold_repo *repo, const struct outcome *outcome)
{
	return repo->open.token != 0 && repo->open.token == outcome->token;
}

/* Is the apply a way back (X6)? */
static bool
goes_back(const struct fold_repo *repo, const struct outcome *outcome)
{
	return is_open(repo, outcome) && repo->open.strategy != NULL &&
	       strcmp(repo->open.strategy, "rollback") == 0;
}

static void
close_apply(struct fold_repo *repo)
{
	free(repo->open.strategy);
	free(repo->open.check);
	repo->open = (struct fold_open){ 0 };
}

/* What the next plan will say of it, down to the text; `why` is taken. */
static void
stands(struct fold_repo *repo, const char *reason, const char *code,
    const char *recommendation, char *why)
{
	fold_text(&repo->reason, reason);
	fold_text(&repo->code, code);
	fold_text(&repo->recommendation, recommendation);
	free(repo->text);
	repo->text = xasprintf("%s: %s", repo->repo_key, why);
	free(why);
}

static char *
plain(const char *code)
{
	return xstrdup(reason_find(code)->text);
}

static char *
with_oid(const char *oid, bool blocked)
{
	oid = oid != NULL ? oid : "?";
	return blocked ? xasprintf(REASON_ROLLBACK_BLOCKED, oid)
		       : xasprintf(REASON_ROLLED_BACK, oid);
}

static void
verdict(struct fold_repo *repo, const char *word, const struct outcome *outcome,
    instant at)
{
	fold_text(&repo->verdict, word);
	fold_text(&repo->verdict_code, outcome->code);
	fold_text(&repo->verdict_before, outcome->before);
	fold_text(&repo->verdict_after, outcome->after);
	repo->verdict_at = at;
}

static void
fails(struct fold_repo *repo, enum intelligence_outcome outcome, instant at)
{
	intelligence_note(&repo->known, outcome, at);
	repo->failure_at = at;
	repo->failure_streak_count++;
}

static void
add_bad(struct fold_repo *repo, const char *oid, const struct outcome *outcome,
    const char *code, instant at)
{
	struct fold_bad *bad;

	if (oid == NULL)
		return;
	if (repo->bad_count > 0)
		fold_bad_remove(repo, oid);
	bad = fold_bad_add(repo);
	fold_text(&bad->oid, oid);
	fold_text(&bad->code, code);
	bad->at = at;
	bad->token = outcome->token;
}

static void
remember(struct fold_repo *repo, const char *word,
    const struct outcome *outcome, const struct fold_event *event)
{
	struct fold_rollback *rollback = fold_rollback_add(repo);

	rollback->at = event->at;
	rollback->token = outcome->token;
	fold_text(&rollback->cycle, event->cycle);
	fold_text(&rollback->branch, outcome->branch);
	fold_text(&rollback->before, outcome->before);
	fold_text(&rollback->after, outcome->after);
	fold_text(&rollback->code, outcome->code);
	fold_text(&rollback->outcome, word);
	if (is_open(repo, outcome))
		fold_text(&rollback->check, repo->open.check);
}

static void
trouble(struct fold *fold, const struct fold_repo *repo, const char *code,
    const char *what, const struct outcome *outcome)
{
	const char *detail = outcome->detail;
	bool more = detail != NULL && *detail != '\0';
	char *text = xasprintf("%s %.8s%s%s%s%s", what,
	    outcome->after != NULL ? outcome->after : "?",
	    outcome->code != NULL ? ": " : "",
	    outcome->code != NULL ? outcome->code : "", more ? ": " : "",
	    more ? detail : "");

	fold_cycle_trouble(&fold->cycle, repo->repo_key, code, text);
	free(text);
}

static void
started(struct fold *fold, struct fold_repo *repo,
    const struct outcome *outcome, const struct fold_event *event)
{
	(void)fold;
	close_apply(repo);
	repo->open.token = outcome->token;
	fold_text(&repo->open.strategy, json_get_text(event->data, "strategy"));
}

static void
check_failed(struct fold *fold, struct fold_repo *repo,
    const struct outcome *outcome, const struct fold_event *event)
{
	const char *need = json_get_text(event->data, "need");
	struct buf text = { 0 };
	struct jw jw;

	(void)fold;
	if (!is_open(repo, outcome) || repo->open.check != NULL ||
	    (need != NULL && strcmp(need, "required") != 0))
		return;
	jw_init(&jw, &text);
	jw_value(&jw, NULL, json_get(event->data, "argv"));
	repo->open.check = buf_take(&text);
}

/* The checkout stands at `after`, and a fast-forward went there. */
static void
arrived(struct fold_repo *repo, const struct outcome *outcome, instant at)
{
	if (outcome->branch != NULL)
		fold_text(&repo->branch, outcome->branch);
	fold_text(&repo->head, outcome->after);
	fold_text(&repo->applied_before, outcome->before);
	fold_text(&repo->applied_after, outcome->after);
	repo->applied_at = at;
	repo->applied_token = outcome->token;
	repo->failure_at = FOLD_NEVER;
	repo->failure_streak_count = 0;
	intelligence_note(&repo->known, INTELLIGENCE_COMMITTED, at);
}

/* The way back from here (X6). */
static void
add_point(struct fold_repo *repo, const struct outcome *outcome, instant at)
{
	const struct fold_point point = { at, outcome->token,
		(char *)outcome->branch, (char *)outcome->before,
		(char *)outcome->after };

	fold_points_add(&repo->points, &point);
}

/* Upstream has moved past what was bad, or no bad one would be applied. */
static void
went_forward(struct fold_repo *repo, const struct outcome *outcome, instant at)
{
	add_point(repo, outcome, at);
	fold_bad_remove(repo, NULL);
	fold_repo_tip(repo, outcome->after, at);
	stands(repo, "current", "current", "none", plain("current"));
}

static void
went_back(struct fold_repo *repo, const struct outcome *outcome,
    const struct fold_event *event)
{
	fold_points_back(&repo->points, outcome->before, outcome->after);
	remember(repo, "undone", outcome, event);
	add_bad(repo, outcome->before, outcome, "undone", event->at);
	stands(repo, "behind", "bad-commit", "block",
	    with_oid(outcome->before, false));
}

static void
committed(struct fold *fold, struct fold_repo *repo,
    const struct outcome *outcome, const struct fold_event *event)
{
	fold->totals.applied_count++;
	arrived(repo, outcome, event->at);
	if (goes_back(repo, outcome))
		went_back(repo, outcome, event);
	else
		went_forward(repo, outcome, event->at);
	verdict(repo, "applied", outcome, event->at);
	close_apply(repo);
}

static void
rolled_back(struct fold *fold, struct fold_repo *repo,
    const struct outcome *outcome, const struct fold_event *event)
{
	fold->totals.rolled_back_count++;
	fails(repo, INTELLIGENCE_ROLLED_BACK, event->at);
	remember(repo, "rolled-back", outcome, event);
	fold_text(&repo->head, outcome->before);
	if (!goes_back(repo, outcome)) {
		add_bad(repo, outcome->after, outcome, outcome->code,
		    event->at);
		stands(repo, "behind", "bad-commit", "block",
		    with_oid(outcome->after, false));
	}
	verdict(repo, "rolled-back", outcome, event->at);
	trouble(fold, repo, "rolled-back", "rolled back from", outcome);
	close_apply(repo);
}

/* The new commit stays checked out: someone's edits were in the way. */
static void
rollback_blocked(struct fold *fold, struct fold_repo *repo,
    const struct outcome *outcome, const struct fold_event *event)
{
	fold->totals.blocked_count++;
	remember(repo, "blocked", outcome, event);
	if (!goes_back(repo, outcome)) {
		fails(repo, INTELLIGENCE_FAILED, event->at);
		add_bad(repo, outcome->after, outcome, "rollback-blocked",
		    event->at);
		add_point(repo, outcome, event->at);
		fold_text(&repo->head, outcome->after);
		stands(repo, repo->reason, "rollback-blocked", "block",
		    with_oid(outcome->after, true));
	}
	verdict(repo, "rollback-blocked", outcome, event->at);
	trouble(fold, repo, "rollback-blocked", "cannot go back from", outcome);
	close_apply(repo);
}

static bool
is(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/*
 * How many refusals in a row, of one target for one code, speak of the moment
 * only: somebody was at work. One more and it is no moment: exec finds each
 * time what the probe does not see, or a check will never be ready.
 */
static int64_t
patience(const char *code)
{
	static const char *const moments[] = { "ignored-collision",
		"interrupted", "lease-foreign", "locked", "stale-plan",
		"untracked-collision" };
	size_t i;

	if (is(code, "not-now"))
		return FOLD_NOT_NOW_MAX - 1;
	for (i = 0; i < sizeof moments / sizeof *moments; i++)
		if (is(code, moments[i]))
			return 1;
	return 0;
}

/* To be asked before the verdict is written over. */
static void
count_refusal(struct fold_repo *repo, const struct outcome *outcome)
{
	bool again = is(repo->verdict, "refused") &&
		     is(outcome->code, repo->verdict_code) &&
		     is(outcome->after, repo->verdict_after);

	repo->refusal_count = again ? repo->refusal_count + 1 : 1;
}

/* Blocked by what it needs: it waits as that one does, for the same root. */
static void
waits(struct fold *fold, struct fold_repo *repo, const char *needs)
{
	const struct fold_repo *other = fold_find(fold, needs);
	bool stuck = other != NULL && is(other->recommendation, "block");
	char *why;

	if (needs == NULL)
		return;
	why = other != NULL && other->text != NULL
		  ? xasprintf("needs %s; %s", needs, other->text)
		  : xasprintf("needs %s", needs);
	stands(repo, repo->reason, "needs", stuck ? "block" : "defer", why);
}

static void
refused(struct fold *fold, struct fold_repo *repo,
    const struct outcome *outcome, const struct fold_event *event)
{
	bool needs = is(outcome->code, "needs");

	if (needs)
		waits(fold, repo, json_get_text(event->data, "needs"));
	else
		fold->totals.refused_count++;
	count_refusal(repo, outcome);
	if (goes_back(repo, outcome)) {
		trouble(fold, repo, outcome->code, "could not go back to",
		    outcome);
	} else if (!needs && repo->refusal_count > patience(outcome->code)) {
		fails(repo, INTELLIGENCE_FAILED, event->at);
		trouble(fold, repo, outcome->code, "could not go to", outcome);
	}
	/* A canary: refused before the tree changed, but the commit is bad. */
	if (is(outcome->code, "check-failed") && !goes_back(repo, outcome)) {
		add_bad(repo, outcome->after, outcome, outcome->code,
		    event->at);
		stands(repo, "behind", "bad-commit", "block",
		    with_oid(outcome->after, false));
	}
	verdict(repo, needs ? "blocked" : "refused", outcome, event->at);
	close_apply(repo);
}

/* Recovery finds it again in every cycle until a person has cleaned up; it
 * failed once. */
static bool
is_known_mixed(const struct fold_repo *repo, const struct outcome *outcome)
{
	const struct fold_rollback *last;

	if (repo->rollback_count == 0)
		return false;
	last = &repo->rollbacks[repo->rollback_count - 1];
	return last->token == outcome->token &&
	       strcmp(last->outcome, "mixed") == 0;
}

/* A dead cycle's apply, put right by exec -R; no outcome of its own unless
 * the apply had arrived. */
static void
recovered(struct fold *fold, struct fold_repo *repo,
    const struct outcome *outcome, const struct fold_event *event)
{
	const char *word = json_get_text(event->data, "outcome");

	if (is(word, "after") && is_open(repo, outcome)) {
		committed(fold, repo, outcome, event);
		if (json_get_int(event->data, "owed_count", 0) > 0)
			trouble(fold, repo, "interrupted",
			    "killed before its health checks had passed: "
			    "look at",
			    outcome);
	} else if (is(word, "before")) {
		if (outcome->before != NULL)
			fold_text(&repo->head, outcome->before);
		if (is_open(repo, outcome))
			verdict(repo, "interrupted", outcome, event->at);
	} else if (is(word, "mixed")) {
		if (!is_known_mixed(repo, outcome)) {
			fails(repo, INTELLIGENCE_FAILED, event->at);
			remember(repo, "mixed", outcome, event);
		}
		stands(repo, "interrupted-mixed", "interrupted-mixed", "block",
		    plain("interrupted-mixed"));
		verdict(repo, "interrupted", outcome, event->at);
		trouble(fold, repo, "interrupted-mixed",
		    "edits in the way of recovery from", outcome);
	}
	if (is_open(repo, outcome))
		close_apply(repo);
}

static const struct {
	const char *type;
	void (*take)(struct fold *fold, struct fold_repo *repo,
	    const struct outcome *outcome, const struct fold_event *event);
} takers[] = {
	{ "apply.started", started },
	{ "check.failed", check_failed },
	{ "apply.committed", committed },
	{ "apply.rolled-back", rolled_back },
	{ "rollback.blocked", rollback_blocked },
	{ "apply.refused", refused },
	{ "apply.recovered", recovered },
};

bool
fold_apply_event(struct fold *fold, const char *type,
    const struct fold_event *event)
{
	struct outcome outcome;
	struct fold_repo *repo;
	size_t i;

	for (i = 0; i < sizeof takers / sizeof *takers; i++)
		if (strcmp(type, takers[i].type) == 0)
			break;
	if (i == sizeof takers / sizeof *takers)
		return false;
	repo = fold_touch(fold, event->subject);
	if (repo == NULL)
		return false;
	outcome = outcome_of(event->data);
	takers[i].take(fold, repo, &outcome, event);
	return true;
}
