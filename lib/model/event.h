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

#endif
