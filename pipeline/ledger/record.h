/*
 * record - hand a document's events to the ledger, and say so in it
 *
 * Each run appends one acknowledgement to the document's "ledger". Where
 * nothing was opened (no STATE) its seq, hash and bytes are null.
 */
#ifndef RECORD_H
#define RECORD_H

#include "json/doc.h"
#include "store/state.h"

/* `state` may be NULL: check the events, count them, write nothing (P1). */
int record(struct doc *doc, const struct state *state, struct err *err);

#endif
