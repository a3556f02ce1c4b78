#include "chance.h"
#include "note.h"
#include <string.h>

#define HOUR_MS (INT64_C(3600) * 1000)

/* 0 to 1000 for the share of failures that fell into this hour. */
static int64_t
hour_permille(const struct json *learned, instant now)
{
	const struct json *hour = json_first(json_get(learned, "risk_hours"));
	int64_t failed = json_get_int(learned, "failure_count", 0);
	int64_t i = (now / HOUR_MS % 24 + 24) % 24, here;

	while (hour && i-- > 0)
		hour = json_next(hour);
	here = json_int(hour, 0);
	if (failed <= 0 || here <= 0)
		return 0;

	return here < failed ? here * 1000 / failed : 1000;
}

/* What was learned counts as far as the sample is trusted. */
static void
learned_facts(const struct plan *plan, const struct plan_repo *repo,
    struct risk_facts *facts)
{
	int64_t trust = json_get_int(repo->learned, "confidence_permille", 0);

	facts->failure_permille =
	    json_get_int(repo->learned, "failure_permille", 0) * trust / 1000;
	facts->rollback_permille =
	    json_get_int(repo->learned, "rollback_permille", 0) * trust / 1000;
	facts->hour_permille =
	    hour_permille(repo->learned, plan->now) * trust / 1000;
}

static void
gather(const struct plan *plan, const struct plan_repo *repo,
    struct risk_facts *facts)
{
	const struct json *change = json_get(repo->probe, "change");
	const struct json *health;
	const char *url =
	    json_get_text(json_get(repo->probe, "endpoint"), "url");

	*facts = (struct risk_facts){
		.commit_count = json_get_int(change, "commit_count", 0),
		.file_count = json_get_int(change, "file_count", 0),
		.line_count = json_get_int(change, "insertion_count", 0) +
			      json_get_int(change, "deletion_count", 0),
		.sensitive_count =
		    (int64_t)json_count(json_get(change, "sensitive_paths")),
		.failure_streak_count =
		    json_get_int(repo->known, "failure_streak_count", 0),
		.bad_commit_count =
		    (int64_t)json_count(json_get(repo->known, "bad_commits")),
		.dependant_count = (int64_t)repo->dependant_count,
	};
	learned_facts(plan, repo, facts);
	health = url ? map_get(&plan->health, url) : NULL;
	facts->remote_good_count = json_get_int(health, "good_count", 0);
	facts->remote_bad_count = json_get_int(health, "bad_count", 0);
}

/* A member of policy.risk, the repository's own first. */
static const struct json *
setting(const struct plan *plan, const struct plan_repo *repo,
    const char *group, const char *name)
{
	const struct json *own =
	    json_get(json_get(repo->fleet, "policy"), "risk");
	const struct json *all = json_get(plan->policy, "risk"), *found;

	if (group) {
		own = json_get(own, group);
		all = json_get(all, group);
	}
	found = json_get(own, name);

	return found ? found : json_get(all, name);
}

static void
read_policy(const struct plan *plan, const struct plan_repo *repo,
    struct risk_policy *policy)
{
	int part;

	policy->canary_from_permille =
	    (int)json_int(setting(plan, repo, NULL, "canary_from_permille"),
		1000);
	policy->block_from_permille =
	    (int)json_int(setting(plan, repo, NULL, "block_from_permille"),
		1000);
	policy->band_permille =
	    (int)json_int(setting(plan, repo, NULL, "band_permille"), 0);
	for (part = 0; part < RISK_PART_COUNT; part++)
		policy->weights[part] =
		    (int)json_int(setting(plan, repo, "weights",
				      risk_part_name((enum risk_part)part)),
			risk_default_weight((enum risk_part)part));
}

static enum risk_level
last_level(const struct plan_repo *repo)
{
	const char *word = json_get_text(repo->known, "recommendation");
	const char *code = json_get_text(repo->known, "code");

	if (word && !strcmp(word, "canary"))
		return RISK_CANARY;
	if (word && !strcmp(word, "block") && code && !strcmp(code, "risk"))
		return RISK_BLOCK;

	return RISK_LOW;
}

static const char *
largest_part(const struct risk *risk)
{
	int part, best = 0;

	for (part = 1; part < RISK_PART_COUNT; part++)
		if (risk->parts[part] > risk->parts[best])
			best = part;

	return risk_part_name((enum risk_part)best);
}

bool
chance_judge(const struct plan *plan, struct plan_repo *repo)
{
	struct risk_policy policy;
	struct risk_facts facts;
	enum risk_level level;

	read_policy(plan, repo, &policy);
	gather(plan, repo, &facts);
	risk_score(&repo->risk, &facts, policy.weights);
	repo->scored = true;
	level = risk_judge(&repo->risk, &policy, last_level(repo));
	if (level == RISK_BLOCK)
		note(repo, "risk",
		    "the risk is too high%s, most of it by %s (blocked from "
		    "%d of 1000)",
		    repo->risk.held ? " (kept by the band)" : "",
		    largest_part(&repo->risk), policy.block_from_permille);

	return level >= RISK_CANARY;
}
