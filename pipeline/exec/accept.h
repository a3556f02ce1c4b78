/*
 * accept - is this document to be obeyed, and what does it ask for?
 *
 *   A1  a document is executed once: one with "exec" is refused
 *   A2  one that was edited after the gate is refused (G3)
 *   A3  with STATE, one of another boot, older than the leases' ttl, or of a
 *       dry run (token 0) is refused
 *   A4  what nobody's plan, lease or staging can be is refused, whoever sealed
 *       it (shapes.h)
 * All: EX_DATAERR, nothing done.
 */
#ifndef EXEC_ACCEPT_H
#define EXEC_ACCEPT_H

#include "apply.h"
#include "json/doc.h"

struct job {
	struct apply apply; /* borrows from the document */
	const struct json *depends_on;
};

struct jobs {
	struct job *list; /* owned; in the order of their turns, then lanes */
	size_t count, cap;
	int64_t lane_count;
};

/* A1-A4; `state` is NULL without -s. */
int accept_document(struct doc *doc, const struct state *state,
    struct err *err);

/* The repositories that are due, granted and GO; A4 for each of them. */
int accept_jobs(struct jobs *jobs, struct doc *doc, const struct state *state,
    struct err *err);
void accept_clear(struct jobs *jobs);

#endif
