#include "model/intelligence.h"

#define MILLI 1000
#define HOUR_MS (INT64_C(60) * 60 * 1000)
#define DAY_MS (24 * HOUR_MS)
#define CONFIDENT_MILLI (5 * MILLI) /* this much of a sample is half sure */

/* n / d, rounded half up; n >= 0, d > 0. */
static int64_t
ratio(int64_t n, int64_t d)
{
	return (2 * n + d) / (2 * d);
}

/* 2^-x: halved for each whole half-life, straight lines between. */
int64_t
intelligence_decay(int64_t milli, int64_t elapsed_ms)
{
	int64_t halvings, rest;

	if (elapsed_ms <= 0)
		return milli;
	halvings = elapsed_ms / INTELLIGENCE_HALF_LIFE_MS;
	rest = elapsed_ms % INTELLIGENCE_HALF_LIFE_MS / 1000;
	if (halvings > 62)
		return 0;
	milli >>= halvings;
	return milli - milli * rest / (2 * (INTELLIGENCE_HALF_LIFE_MS / 1000));
}

static void
decay(struct intelligence *known, instant at)
{
	int64_t elapsed_ms;

	if (known->attempt_count == 0) {
		known->weighed_at = at;
		return;
	}
	elapsed_ms = at - known->weighed_at;
	if (elapsed_ms <= 0)
		return;
	known->attempt_milli =
	    intelligence_decay(known->attempt_milli, elapsed_ms);
	known->failure_milli =
	    intelligence_decay(known->failure_milli, elapsed_ms);
	known->rollback_milli =
	    intelligence_decay(known->rollback_milli, elapsed_ms);
	known->weighed_at = at;
}

static int
hour_of(instant at)
{
	return (int)((at % DAY_MS + DAY_MS) % DAY_MS / HOUR_MS);
}

void
intelligence_note(struct intelligence *known, enum intelligence_outcome outcome,
    instant at)
{
	decay(known, at);
	known->attempt_count++;
	known->attempt_milli += MILLI;
	if (outcome == INTELLIGENCE_COMMITTED) {
		known->streak_count = 0;
		return;
	}
	known->failure_count++;
	known->failure_milli += MILLI;
	known->streak_count++;
	known->hours[hour_of(at)]++;
	if (outcome == INTELLIGENCE_ROLLED_BACK) {
		known->rollback_count++;
		known->rollback_milli += MILLI;
	}
}

int
intelligence_failure_permille(const struct intelligence *known)
{
	return (int)ratio((known->failure_milli + MILLI) * 1000,
	    known->attempt_milli + 2 * MILLI);
}

int
intelligence_rollback_permille(const struct intelligence *known)
{
	if (known->attempt_milli == 0)
		return 0;
	return (int)ratio(known->rollback_milli * 1000, known->attempt_milli);
}

int
intelligence_stability_permille(const struct intelligence *known)
{
	int steady = 1000 - intelligence_failure_permille(known);

	return known->streak_count > 10 ? 0 : steady >> known->streak_count;
}

int
intelligence_confidence_permille(const struct intelligence *known)
{
	return (int)ratio(known->attempt_milli * 1000,
	    known->attempt_milli + CONFIDENT_MILLI);
}

int
intelligence_hour_permille(const struct intelligence *known, int hour)
{
	if (known->failure_count == 0 || hour < 0 || hour >= INTELLIGENCE_HOURS)
		return 0;
	return (int)ratio(known->hours[hour] * 1000, known->failure_count);
}

void
intelligence_write(const struct intelligence *known, struct jw *jw)
{
	int i;

	jw_int(jw, "attempt_count", known->attempt_count);
	jw_int(jw, "failure_count", known->failure_count);
	jw_int(jw, "rollback_count", known->rollback_count);
	jw_int(jw, "attempt_milli", known->attempt_milli);
	jw_int(jw, "failure_milli", known->failure_milli);
	jw_int(jw, "rollback_milli", known->rollback_milli);
	jw_int(jw, "streak_count", known->streak_count);
	jw_instant(jw, "weighed_at", known->weighed_at);
	jw_array(jw, "risk_hours");
	for (i = 0; i < INTELLIGENCE_HOURS; i++)
		jw_int(jw, NULL, known->hours[i]);
	jw_end(jw);
}

void
intelligence_read(struct intelligence *known, const struct json *object)
{
	const struct json *hour = json_first(json_get(object, "risk_hours"));
	const char *at = json_get_text(object, "weighed_at");
	int i;

	*known = (struct intelligence){
		.attempt_count = json_get_int(object, "attempt_count", 0),
		.failure_count = json_get_int(object, "failure_count", 0),
		.rollback_count = json_get_int(object, "rollback_count", 0),
		.attempt_milli = json_get_int(object, "attempt_milli", 0),
		.failure_milli = json_get_int(object, "failure_milli", 0),
		.rollback_milli = json_get_int(object, "rollback_milli", 0),
		.streak_count = json_get_int(object, "streak_count", 0),
	};
	if (at == NULL || instant_parse(at, &known->weighed_at) == -1)
		known->weighed_at = 0;
	for (i = 0; i < INTELLIGENCE_HOURS && hour != NULL; i++) {
		known->hours[i] = json_int(hour, 0);
		hour = json_next(hour);
	}
}

void
intelligence_write_derived(const struct intelligence *known, struct jw *jw)
{
	jw_int(jw, "failure_permille", intelligence_failure_permille(known));
	jw_int(jw, "rollback_permille", intelligence_rollback_permille(known));
	jw_int(jw, "stability_permille",
	    intelligence_stability_permille(known));
	jw_int(jw, "confidence_permille",
	    intelligence_confidence_permille(known));
}
