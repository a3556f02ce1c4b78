/*
 * fold_cycle - the last cycle that the ledger tells of, and its verdict
 *
 * A cycle begins with the first event that carries its id; the operator's
 * words carry ids of their own and begin none. Its verdict says whether a
 * person is needed because of what it did, not because of how things stand:
 * a repository that is dirty in every cycle is no news.
 */
#ifndef MODEL_FOLD_CYCLE_H
#define MODEL_FOLD_CYCLE_H

#include "base/instant.h"
#include "json/jw.h"
#include "json/value.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why a person is needed. */
struct fold_trouble {
	char *repo_key; /* owned; NULL: the cycle as a whole */
	char *code;
	char *text;
};

struct fold_cycle {
	char *id; /* owned, as all texts here; NULL: there was none */
	instant at;
	char *phase; /* "running", "finished", "failed", "recovered" */
	char *gate;  /* "GO", "NO-GO"; NULL: not asked */
	char *decision_hash, *policy_digest;
	int64_t repo_count;
	char *plan_counts; /* JSON text: of plan.decided; NULL: none */
	char *counts;      /* JSON text: of cycle.finished; NULL: none */
	struct fold_trouble *troubles;
	size_t trouble_count, trouble_cap;
};

void fold_cycle_begin(struct fold_cycle *cycle, const char *id, instant at);
void fold_cycle_clear(struct fold_cycle *cycle);

void fold_cycle_trouble(struct fold_cycle *cycle, const char *repo_key,
    const char *code, const char *text);

/* Take in an event that speaks of the cycle as a whole (`type` without
 * "hermes."), or of its gate. False where it is none. */
bool fold_cycle_event(struct fold_cycle *cycle, const char *type,
    const char *subject, const struct json *data);

/* The object {needs_person, reasons:[{repo_key, code, text}]}. */
void fold_cycle_verdict(const struct fold_cycle *cycle, const char *name,
    struct jw *jw);

/* The whole of it as an object, or null. */
void fold_cycle_write(const struct fold_cycle *cycle, const char *name,
    struct jw *jw);

/* Back from what fold_cycle_write() wrote, into an empty one. */
void fold_cycle_read(struct fold_cycle *cycle, const struct json *object);

#endif
