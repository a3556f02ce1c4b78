#include "evidence.h"
#include "base/alloc.h"
#include "model/federation.h"
#include "model/signature.h"
#include "note.h"
#include <stdlib.h>
#include <string.h>

#define WEEK_S (INT64_C(7) * 86400)

static bool
is(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

static const char *
role(const struct plan_repo *repo)
{
	return json_get_text(json_get(repo->probe, "endpoint"), "role");
}

/* The primary's row among the endpoints, or NULL. */
static const struct json *
primary(const struct plan_repo *repo)
{
	const struct json *at = json_first(json_get(repo->probe, "endpoints"));

	while (at && !is(json_get_text(at, "role"), "primary"))
		at = json_next(at);

	return at;
}

/* When it was seen last: now, or before it was first said to be degraded. */
static instant
seen_at(const struct plan *plan, const struct plan_repo *repo)
{
	const struct json *row = primary(repo);
	const char *url = json_get_text(row, "url");
	const struct json *signal = url ? map_get(&plan->signals, url) : NULL;
	instant at = plan->now;

	if (!is(json_get_text(row, "class"), "ok") &&
	    json_get_bool(signal, "degraded", false))
		instant_parse(json_get_text(signal, "since_at"), &at);

	return at;
}

static bool
accepts(const struct plan *plan, const struct plan_repo *repo)
{
	return is(json_text(facts_policy(plan, repo, "mirror_ahead")),
	    "accept");
}

/* In whole seconds: an instant is far from the ends of the range. */
static bool
expired(const struct plan *plan, const struct plan_repo *repo)
{
	int64_t most_s =
	    json_int(facts_policy(plan, repo, "evidence_max_age_s"), WEEK_S);

	return (plan->now - seen_at(plan, repo)) / 1000 > most_s;
}

/* A7: a signature that the policy wants, which no age takes back. */
static bool
is_signed(const struct plan *plan, const struct plan_repo *repo)
{
	const char *want =
	    json_text(facts_policy(plan, repo, "require_signature"));

	return signature_good(json_get(repo->probe, "signature"), want,
	    repo->tip);
}

/* What keeps the primary from vouching for the tip, owned; NULL: it does. */
static char *
doubt(const struct plan *plan, const struct plan_repo *repo)
{
	const struct json *evidence = json_get(repo->probe, "evidence");
	const char *relation = json_get_text(evidence, "relation");
	const char *tip = json_get_text(evidence, "primary_tip");
	char seen[INSTANT_SIZE] = "?";

	instant_format(seen_at(plan, repo), seen);
	if (!tip)
		return xasprintf("the primary has never been seen");
	if (is(relation, "ahead"))
		return xasprintf("it is ahead of the primary, last seen %s at "
				 "%.12s",
		    seen, tip);
	if (!is(relation, "same") && !is(relation, "part"))
		return xasprintf("it is not known to be of the primary, last "
				 "seen %s at %.12s",
		    seen, tip);
	if (expired(plan, repo))
		return xasprintf("the primary was last seen %s", seen);

	return NULL;
}

void
evidence_note(const struct plan *plan, struct plan_repo *repo)
{
	char *why;

	if (federation_role(role(repo)) <= 0 || accepts(plan, repo) ||
	    is_signed(plan, repo))
		return;
	why = doubt(plan, repo);
	if (why)
		note(repo, "remote-down",
		    "nothing vouches for what the %s offers: %s", role(repo),
		    why);
	free(why);
}

char *
evidence_text(const struct plan *plan, const struct plan_repo *repo)
{
	const struct json *evidence = json_get(repo->probe, "evidence");
	const char *tip = json_get_text(evidence, "primary_tip");
	char seen[INSTANT_SIZE] = "?", *why;

	if (!repo->due || federation_role(role(repo)) <= 0)
		return NULL;
	if (is_signed(plan, repo))
		return signature_text(json_get(repo->probe, "signature"),
		    json_text(facts_policy(plan, repo, "require_signature")),
		    repo->tip);
	why = doubt(plan, repo);
	if (why)
		return why;
	instant_format(seen_at(plan, repo), seen);

	return xasprintf("the primary had it: last seen %s at %.12s", seen,
	    tip);
}
