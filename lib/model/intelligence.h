/*
 * intelligence - what the outcomes of a repository's applies teach (A8)
 *
 * Whole numbers, from the ledger only. hermes-intelligence(7) has the
 * formulae and a worked example.
 *
 *   I1  an outcome is committed, failed, or failed and rolled back; what was
 *       refused because the world had moved is no outcome
 *   I2  weights are thousandths of an outcome and halve every
 *       INTELLIGENCE_HALF_LIFE_MS of event time; time never runs backwards
 *   I3  a permille is rounded half up; a decay is rounded towards zero
 */
#ifndef MODEL_INTELLIGENCE_H
#define MODEL_INTELLIGENCE_H

#include "base/instant.h"
#include "json/jw.h"
#include "json/value.h"
#include <stdbool.h>
#include <stdint.h>

#define INTELLIGENCE_HALF_LIFE_MS (INT64_C(30) * 24 * 60 * 60 * 1000)
#define INTELLIGENCE_HOURS 24

/* All zero: nothing learned. */
struct intelligence {
	int64_t attempt_count, failure_count, rollback_count; /* for ever */
	int64_t attempt_milli, failure_milli, rollback_milli; /* I2 */
	int64_t streak_count; /* failures since the last commit */
	instant weighed_at;   /* of the last outcome; attempt_count 0: unset */
	int64_t hours[INTELLIGENCE_HOURS]; /* failures by hour of day, UTC */
};

enum intelligence_outcome {
	INTELLIGENCE_COMMITTED,
	INTELLIGENCE_FAILED,
	INTELLIGENCE_ROLLED_BACK /* a failure as well */
};

/* Learn from one outcome. */
void intelligence_note(struct intelligence *known,
    enum intelligence_outcome outcome, instant at);

/* `milli` after `elapsed_ms`: I2. */
int64_t intelligence_decay(int64_t milli, int64_t elapsed_ms);

/* 0 to 1000, as of weighed_at. */
int intelligence_failure_permille(const struct intelligence *known);
int intelligence_rollback_permille(const struct intelligence *known);
int intelligence_stability_permille(const struct intelligence *known);
int intelligence_confidence_permille(const struct intelligence *known);
int intelligence_hour_permille(const struct intelligence *known, int hour);

/* The members that are counted (not derived), into an open object; and back
 * from one: what is absent is 0. */
void intelligence_write(const struct intelligence *known, struct jw *jw);
void intelligence_read(struct intelligence *known, const struct json *object);

/* The members that are derived: *_permille. */
void intelligence_write_derived(const struct intelligence *known,
    struct jw *jw);

#endif
