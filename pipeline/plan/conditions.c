#include "conditions.h"
#include "base/alloc.h"
#include "evidence.h"
#include "model/reason.h"
#include "model/signature.h"
#include "note.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "held with KIND NAME by AUTHOR until INSTANT: WHY", what is not known left
 * out; `kind` is empty for the repository's own. */
static void
hold_note(struct plan_repo *repo, const struct json *hold, const char *kind,
    const char *name)
{
	const char *author = json_get_text(hold, "author");
	const char *until = json_get_text(hold, "expires_at");
	const char *why = json_get_text(hold, "why");

	note(repo, "held", "held%s%s%s%s%s%s%s%s", kind, name,
	    author ? " by " : "", author ? author : "", until ? " until " : "",
	    until ? until : "", why ? ": " : "", why ? why : "");
}

static void
check_holds(const struct plan *plan, struct plan_repo *repo)
{
	const struct json *hold = json_first(json_get(repo->known, "holds"));
	const char *until;
	instant expires_at;

	for (; hold; hold = json_next(hold)) {
		until = json_get_text(hold, "expires_at");
		if (until && !instant_parse(until, &expires_at) &&
		    expires_at <= plan->now)
			continue;
		hold_note(repo, hold, "", "");
		return;
	}
}

static void
check_wide(const struct plan *plan, struct plan_repo *repo, const char *kind,
    const char *name)
{
	char *subject = xasprintf("%s:%s", kind, name);
	char *with = xasprintf(" with %s ", kind);
	const struct json *hold = map_get(&plan->held, subject);

	if (hold)
		hold_note(repo, hold, with, name);
	free(with);
	free(subject);
}

/* Holds of its groups, and of the remote host that it would come from. */
static void
check_wide_holds(const struct plan *plan, struct plan_repo *repo)
{
	const struct json *group = json_first(json_get(repo->fleet, "groups"));
	const char *host =
	    json_get_text(json_get(repo->probe, "endpoint"), "host");

	if (plan->held.count == 0)
		return;
	if (host)
		check_wide(plan, repo, "host", host);
	for (; group; group = json_next(group))
		check_wide(plan, repo, "group", json_text(group));
}

static void
check_bad_commits(const struct plan *plan, struct plan_repo *repo)
{
	const struct plan_repo *other = facts_bad(plan, repo, repo->tip);

	if (other == repo)
		note(repo, "bad-commit", REASON_ROLLED_BACK, repo->tip);
	else if (other)
		note(repo, "bad-commit",
		    "commit %.12s was rolled back in %s; waits for upstream "
		    "to move on",
		    repo->tip, other->repo_key);
}

/* at + s, or the largest instant there is. */
static instant
later(instant at, int64_t s)
{
	return s > (INT64_MAX - at) / 1000 ? INT64_MAX : at + s * 1000;
}

/* What is remembered of a time to come was written by a clock that has been
 * set back since: it counts as now, and the fold sets it right (F5). */
static instant
remembered(const struct plan *plan, const char *text)
{
	instant at = plan->now;

	if (text)
		instant_parse(text, &at);

	return at < plan->now ? at : plan->now;
}

/* An instant that is too far away to be written is "never". */
static const char *
written(instant at, char text[INSTANT_SIZE])
{
	return instant_format(at, text) == 0 ? text : "never";
}

/*
 * First sight counts from the memory; of a tip that is new in this cycle,
 * from now (commit dates can be forged).
 */
static void
check_age(const struct plan *plan, struct plan_repo *repo)
{
	int64_t age_s = json_int(facts_policy(plan, repo, "min_age_s"), 0);
	const char *seen_tip = json_get_text(repo->known, "tip");
	const char *seen_at = json_get_text(repo->known, "tip_seen_at");
	instant since, until;
	char first[INSTANT_SIZE], last[INSTANT_SIZE];

	if (!seen_tip || strcmp(seen_tip, repo->tip))
		seen_at = NULL;
	since = remembered(plan, seen_at);
	until = later(since, age_s);
	if (until > plan->now)
		note(repo, "min-age",
		    "the commit was first seen %s, is old enough %s",
		    written(since, first), written(until, last));
}

/* Doubled for each failure in a row but the first, up to the cap. */
static int64_t
cooldown(const struct plan *plan, const struct plan_repo *repo)
{
	int64_t s = json_int(facts_policy(plan, repo, "cooldown_s"), 0);
	int64_t most =
	    json_int(facts_policy(plan, repo, "cooldown_max_s"), 86400);
	int64_t more = json_get_int(repo->known, "failure_streak_count", 0) - 1;

	if (s >= most)
		return s;
	while (more-- > 0 && s > 0 && s < most)
		s = s > most / 2 ? most : s * 2;

	return s;
}

static void
check_cooldown(const struct plan *plan, struct plan_repo *repo)
{
	const char *failed = json_get_text(repo->known, "last_failure_at");
	instant failed_at, until;
	char first[INSTANT_SIZE], text[INSTANT_SIZE];

	if (!failed)
		return;
	failed_at = remembered(plan, failed);
	until = later(failed_at, cooldown(plan, repo));
	if (until > plan->now)
		note(repo, "cooldown", "failed %s, cools down until %s",
		    written(failed_at, first), written(until, text));
}

static int
check_windows(const struct plan *plan, struct plan_repo *repo, struct err *err)
{
	const struct window *windows;
	struct window *own;
	char text[INSTANT_SIZE];
	instant opens_at;
	size_t count;

	if (facts_windows(plan, repo, &windows, &count, &own, err) == -1) {
		free(own);
		return -1;
	}
	if (!window_open(windows, count, plan->now)) {
		if (window_next(windows, count, plan->now, &opens_at) == -1)
			note(repo, "window",
			    "outside its windows, which do not open within "
			    "nine days");
		else
			note(repo, "window", "outside its windows until %s",
			    written(opens_at, text));
	}
	free(own);

	return 0;
}

static void
check_tree(struct plan_repo *repo)
{
	const struct json *at;
	bool ignored;

	at = json_first(json_get(repo->probe, "collisions"));
	for (; at; at = json_next(at)) {
		ignored = !strcmp(json_get_text(at, "kind"), "ignored");
		note(repo,
		    ignored ? "ignored-collision" : "untracked-collision",
		    "%s %s is in the way of the new commit",
		    ignored ? "the ignored file" : "the untracked file",
		    json_get_text(at, "path"));
	}
	at = json_first(json_get(repo->probe, "unsafe"));
	if (at)
		note(repo, "unsafe-tree",
		    "the new commit holds unsafe tree entries");
}

/* Said here already, so that it is said once; the gate asks for itself. */
static void
check_signature(const struct plan *plan, struct plan_repo *repo)
{
	const char *want =
	    json_text(facts_policy(plan, repo, "require_signature"));
	const struct json *found = json_get(repo->probe, "signature");
	char *text;

	if (!want || !strcmp(want, "none") ||
	    signature_good(found, want, repo->tip))
		return;
	text = signature_text(found, want, repo->tip);
	note(repo, "signature", "%s", text);
	free(text);
}

int
conditions_note(const struct plan *plan, struct plan_repo *repo,
    struct err *err)
{
	check_tree(repo);
	check_signature(plan, repo);
	evidence_note(plan, repo);
	check_bad_commits(plan, repo);
	check_wide_holds(plan, repo); /* of two texts the later stays */
	check_holds(plan, repo);
	check_cooldown(plan, repo);
	check_age(plan, repo);
	if (!strcmp(plan->pressure, "critical"))
		note(repo, "pressure",
		    "the machine is under critical pressure");

	return check_windows(plan, repo, err);
}

bool
conditions_standing(struct plan_repo *repo)
{
	const char *at = json_get_text(repo->probe, "branch_oid");
	const struct json *bad;
	const char *oid, *code;

	bad = json_first(json_get(repo->known, "bad_commits"));
	for (; bad && at; bad = json_next(bad)) {
		oid = json_get_text(bad, "oid");
		code = json_get_text(bad, "code");
		if (!oid || strcmp(oid, at) || !code ||
		    strcmp(code, "rollback-blocked"))
			continue;
		note(repo, "rollback-blocked", REASON_ROLLBACK_BLOCKED, oid);
		return true;
	}

	return false;
}
