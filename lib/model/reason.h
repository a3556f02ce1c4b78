/*
 * reason - every reason code of B2, in one table
 *
 * A code names the one thing that a repository's fate hangs on. The probe
 * lets the one of lowest rank lead, the planner turns it into a
 * recommendation, people read it. hermes-reasons(7) explains each; a test
 * holds the page against the table.
 *
 *   R1  codes are kebab-case, unique, and never change their meaning
 *   R2  the table's order is the rank: of any two codes the first leads;
 *       decisions come before what the probe found
 *   R3  remote codes are the classes of an endpoint ("ok" and "not-asked"
 *       are classes too, but no reasons)
 */
#ifndef MODEL_REASON_H
#define MODEL_REASON_H

#include <stdbool.h>
#include <stddef.h>

enum reason_kind { REASON_LOCAL, REASON_REMOTE, REASON_DECISION };

/* What the planner recommends, from harmless to strongest. */
enum reason_advice {
	REASON_NONE,    /* nothing to do */
	REASON_UPGRADE, /* due */
	REASON_DEFER,   /* not now; passes by itself */
	REASON_BLOCK    /* stays until something is changed */
};

struct reason {
	const char *code;
	enum reason_kind kind;
	enum reason_advice advice;
	bool person;      /* passes only when a person acts */
	const char *text; /* one line, lower case: "has uncommitted changes" */
};

/* The row of `code`, or NULL where there is none or it is NULL. */
const struct reason *reason_find(const char *code);

/* The place of a row in the table, from 0: the lower leads (R2). */
int reason_rank(const struct reason *reason);

/* Is it a code of the table; of one kind? For shape tables. */
bool reason_known(const char *code);
bool reason_is(const char *code, enum reason_kind kind);

/* Of the remote kind, "ok" or "not-asked". For shape tables. */
bool reason_class(const char *text);

/*
 * Of two codes the one that leads; an unknown code or NULL never does. For
 * a list: lead = reason_leading(lead, next), from NULL.
 */
const char *reason_leading(const char *a, const char *b);

/* The table's rows by rank, from 0; NULL behind the last. */
const struct reason *reason_at(size_t index);

/*
 * What the planner says where an apply has been: shared with the fold, which
 * writes the same before the next plan does, so that nothing seems to change.
 * Formats of an oid.
 */
#define REASON_ROLLED_BACK                                                     \
	"commit %.12s was rolled back; waits for upstream to move on"
#define REASON_ROLLBACK_BLOCKED                                                \
	"stands at commit %.12s, edits were in the way of its rollback"

/* "local" and so on; "none", "upgrade", "defer", "block". */
const char *reason_kind_name(enum reason_kind kind);
const char *reason_advice_name(enum reason_advice advice);

#endif
