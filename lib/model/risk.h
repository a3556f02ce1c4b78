/*
 * risk - how much may go wrong with one upgrade: 0 to 1000 (A3)
 *
 * Every contribution is a measure of 0 to 1000 times its weight: a weight is
 * the most that its contribution can add. The sum is capped at 1000. Whole
 * numbers, rounded down; hermes-plan(1) has the measures.
 *
 *   K1  contributions are listed by name, all of them, in table order
 *   K2  a threshold is crossed upwards at once, downwards only when the risk
 *       is more than the band below it: `held` says that the band decided
 */
#ifndef MODEL_RISK_H
#define MODEL_RISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum risk_part {
	RISK_CHANGE,     /* commits, files, lines */
	RISK_PATHS,      /* sensitive paths touched */
	RISK_FAILURES,   /* how often it failed */
	RISK_ROLLBACKS,  /* how often it was rolled back */
	RISK_REMOTE,     /* how shaky the selected endpoint is */
	RISK_HOUR,       /* how often this hour of the day went wrong */
	RISK_DEPENDANTS, /* who needs it */
	RISK_PART_COUNT
};

/* What is known, each 0 where nothing is. */
struct risk_facts {
	int64_t commit_count, file_count, line_count;
	int64_t sensitive_count;
	int64_t failure_permille, failure_streak_count;
	int64_t rollback_permille, bad_commit_count;
	int64_t remote_good_count, remote_bad_count;
	int64_t hour_permille;
	int64_t dependant_count;
};

struct risk {
	int permille;               /* 0-1000 */
	int parts[RISK_PART_COUNT]; /* what each adds */
	bool held;                  /* K2 */
};

enum risk_level { RISK_LOW, RISK_CANARY, RISK_BLOCK };

struct risk_policy {
	int canary_from_permille, block_from_permille, band_permille;
	int weights[RISK_PART_COUNT];
};

/* "change" and so on, the names of policy.risk.weights. */
const char *risk_part_name(enum risk_part part);

/* The weight where the policy names none. */
int risk_default_weight(enum risk_part part);

void risk_score(struct risk *risk, const struct risk_facts *facts,
    const int weights[RISK_PART_COUNT]);

/* The level of `risk`, given the level of the last cycle (RISK_LOW where
 * there was none); sets risk->held. */
enum risk_level risk_judge(struct risk *risk, const struct risk_policy *policy,
    enum risk_level last);

#endif
