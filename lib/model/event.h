/*
 * event - what happened, as the document carries it to the ledger
 *
 * An element of "events": {id, source, type, subject?, data}. `id` is
 * `CYCLE:TYPE[:SUBJECT][:MORE]`, so handing the same event in again is
 * harmless (E2); `source` is the stage that said it ("hermes-plan"), so a
 * stage run again can drop its own (D2). Time, cycle, seq and hashes are the
 * ledger's to add; durations never enter an event (P2). hermes-events(5)
 * lists the types and what `data` holds.
 */
#ifndef MODEL_EVENT_H
#define MODEL_EVENT_H

#include "base/buf.h"
#include "json/doc.h"

struct event {
	const char *source;  /* "hermes-plan" */
	const char *type;    /* "hermes.plan.decided" */
	const char *subject; /* a repo_key, a host, or NULL */
	const char *more; /* tells apart what else would share an id; or NULL */
	const char *cycle; /* NULL: the document's cycle.id */
};

/* Append the event to doc's "events". `data` is a JSON object; emptied. */
void event_add(struct doc *doc, const struct event *event, struct buf *data);

/* Append its id, `CYCLE:TYPE[:SUBJECT][:MORE]`; event->cycle is not NULL. */
void event_id(struct buf *out, const struct event *event);

/*
 * What the ledger asks of an element of "events": an id (1 to 8192 bytes), a
 * source `hermes-...` in small letters (CloudEvents wants a URI-reference), a
 * type that event_types knows, a subject that is absent, null or not empty,
 * and a repo_key where the type speaks of one (`group:`, `host:` and what
 * else has a colon is the fold's to judge), data that is an object whose
 * commits are null or 40 hex digits. EX_DATAERR, naming `place`.
 */
int event_check(const struct json *event, const char *place, struct err *err);

#endif
