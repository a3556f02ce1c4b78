#include "model/risk.h"

static const struct {
	const char *name;
	int weight;
} parts[RISK_PART_COUNT] = {
	[RISK_CHANGE] = { "change", 300 },
	[RISK_PATHS] = { "paths", 300 },
	[RISK_FAILURES] = { "failures", 300 },
	[RISK_ROLLBACKS] = { "rollbacks", 300 },
	[RISK_REMOTE] = { "remote", 100 },
	[RISK_HOUR] = { "hour", 100 },
	[RISK_DEPENDANTS] = { "dependants", 200 },
};

const char *
risk_part_name(enum risk_part part)
{
	return parts[part].name;
}

int
risk_default_weight(enum risk_part part)
{
	return parts[part].weight;
}

/* count * each, at most 1000; no overflow whatever the count. */
static int64_t
measure(int64_t count, int64_t each)
{
	if (count <= 0)
		return 0;
	if (count >= 1000)
		return 1000;
	return count * each < 1000 ? count * each : 1000;
}

static int64_t
at_most(int64_t value)
{
	return value < 0 ? 0 : value > 1000 ? 1000 : value;
}

static int64_t
larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t
measure_of(enum risk_part part, const struct risk_facts *f)
{
	int64_t good = at_most(f->remote_good_count);
	int64_t bad = at_most(f->remote_bad_count);

	switch (part) {
	case RISK_CHANGE:
		return at_most(measure(f->commit_count, 10) +
			       measure(f->file_count, 5) +
			       measure(f->line_count / 10, 1));
	case RISK_PATHS:
		return f->sensitive_count > 0
			   ? at_most(400 + measure(f->sensitive_count, 100))
			   : 0;
	case RISK_FAILURES:
		return larger(at_most(f->failure_permille),
		    measure(f->failure_streak_count, 250));
	case RISK_ROLLBACKS:
		return larger(at_most(f->rollback_permille),
		    measure(f->bad_commit_count, 250));
	case RISK_REMOTE:
		return bad ? bad * 1000 / (good + bad) : 0;
	case RISK_HOUR:
		return at_most(f->hour_permille);
	default:
		return measure(f->dependant_count, 50);
	}
}

void
risk_score(struct risk *risk, const struct risk_facts *facts,
    const int weights[RISK_PART_COUNT])
{
	int part, sum = 0;

	for (part = 0; part < RISK_PART_COUNT; part++) {
		risk->parts[part] =
		    (int)(measure_of((enum risk_part)part, facts) *
			  weights[part] / 1000);
		sum += risk->parts[part];
	}
	risk->permille = sum < 1000 ? sum : 1000;
	risk->held = false;
}

static enum risk_level
level_at(int permille, const struct risk_policy *policy)
{
	if (permille >= policy->block_from_permille)
		return RISK_BLOCK;

	return permille >= policy->canary_from_permille ? RISK_CANARY
							: RISK_LOW;
}

/* K2: as far below as the band reaches, the last level still stands. */
enum risk_level
risk_judge(struct risk *risk, const struct risk_policy *policy,
    enum risk_level last)
{
	enum risk_level now = level_at(risk->permille, policy);
	enum risk_level band =
	    level_at(risk->permille + policy->band_permille, policy);

	if (last <= now)
		return now;
	if (band > last)
		band = last;
	risk->held = band > now;

	return band;
}
