#include "summary.h"
#include "live.h"
#include "model/reason.h"
#include <string.h>

/* How many repositories carry each code, by the rank of the code; what the
 * table does not have is counted at its end. */
#define CODE_MAX 256

struct tally {
	int64_t repo_count, person_count, hold_count, bad_count;
	int64_t unknown_count; /* not planned yet, or a code unknown here */
	int64_t codes[CODE_MAX];
	int64_t upgrade, canary, defer, block, none;
};

static size_t
rank_of(const char *code)
{
	const struct reason *reason;
	size_t i;

	for (i = 0; code != NULL && (reason = reason_at(i)) != NULL; i++)
		if (strcmp(reason->code, code) == 0)
			return i;
	return CODE_MAX;
}

static void
count_recommendation(struct tally *tally, const char *word)
{
	if (word == NULL)
		return;
	if (strcmp(word, "upgrade") == 0)
		tally->upgrade++;
	else if (strcmp(word, "canary") == 0)
		tally->canary++;
	else if (strcmp(word, "defer") == 0)
		tally->defer++;
	else if (strcmp(word, "block") == 0)
		tally->block++;
	else if (strcmp(word, "none") == 0)
		tally->none++;
}

static void
count_repo(struct tally *tally, const struct fold_repo *repo)
{
	size_t rank = rank_of(repo->code);

	tally->repo_count++;
	tally->hold_count += (int64_t)repo->hold_count;
	tally->bad_count += (int64_t)repo->bad_count;
	if (live_needs_person(repo))
		tally->person_count++;
	if (rank < CODE_MAX)
		tally->codes[rank]++;
	else
		tally->unknown_count++;
	count_recommendation(tally, repo->recommendation);
}

static void
codes_write(const struct tally *tally, struct jw *jw)
{
	const struct reason *reason;
	size_t i;

	jw_object(jw, "code_counts");
	for (i = 0; i < CODE_MAX && (reason = reason_at(i)) != NULL; i++)
		if (tally->codes[i] > 0)
			jw_int(jw, reason->code, tally->codes[i]);
	jw_end(jw);
}

static void
totals_write(const struct fold_totals *totals, struct jw *jw)
{
	jw_object(jw, "totals");
	jw_int(jw, "cycle_count", totals->cycle_count);
	jw_int(jw, "applied_count", totals->applied_count);
	jw_int(jw, "rolled_back_count", totals->rolled_back_count);
	jw_int(jw, "refused_count", totals->refused_count);
	jw_int(jw, "rollback_blocked_count", totals->blocked_count);
	jw_end(jw);
}

void
summary_write(const struct fold *fold, struct jw *jw)
{
	struct tally tally = { 0 };
	size_t i;

	for (i = 0; i < fold->repo_count; i++)
		if (fold->repos[i]->present)
			count_repo(&tally, fold->repos[i]);
	jw_int(jw, "repo_count", tally.repo_count);
	jw_int(jw, "needs_person_count", tally.person_count);
	jw_int(jw, "hold_count", tally.hold_count);
	jw_int(jw, "bad_commit_count", tally.bad_count);
	jw_object(jw, "recommendation_counts");
	jw_int(jw, "upgrade", tally.upgrade);
	jw_int(jw, "canary", tally.canary);
	jw_int(jw, "defer", tally.defer);
	jw_int(jw, "block", tally.block);
	jw_int(jw, "none", tally.none);
	jw_end(jw);
	codes_write(&tally, jw);
	jw_int(jw, "unknown_code_count", tally.unknown_count);
	totals_write(&fold->totals, jw);
	fold_cycle_verdict(&fold->cycle, "verdict", jw);
}
