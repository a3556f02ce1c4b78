/*
 * rows - what a Hermes document says of each repository, in a line
 *
 * Of a cycle document the deepest stage that speaks of a repository is
 * asked: exec, else gate where it says NO-GO, else plan, else probe, else the
 * fleet alone. Of a view it is what stands there.
 */
#ifndef SHOW_ROWS_H
#define SHOW_ROWS_H

#include "base/err.h"
#include "base/map.h"
#include "json/doc.h"
#include <stdbool.h>
#include <stddef.h>

struct row {
	const char *repo_key; /* borrowed from the document, as all but
				 `reason` */
	const char *branch;   /* NULL: not known */
	const char *before;   /* an oid; NULL: not known */
	const char *after;    /* where it went or would go; NULL: nowhere */
	const char *verdict;
	const char *along; /* which one goes back, and this one with it, or it
			      should; NULL: no such plan */
	char *reason;      /* owned */
	bool needs_person; /* set by rows_person() */
};

struct rows {
	struct row **list; /* owned; sorted by repo_key */
	size_t count, cap;
	struct map by_key;
	char **notes; /* owned; lines that are of no repository */
	size_t note_count, note_cap;
};

/* EX_DATAERR where the document is none that has rows. */
int rows_read(struct rows *rows, struct doc *doc, struct err *err);

/*
 * Mark the rows that need a person: those of project.verdict; of a view those
 * whose needs_person is true. Reasons of the cycle as a whole become notes.
 * EX_DATAERR where the document does not say.
 */
int rows_person(struct rows *rows, struct doc *doc, struct err *err);

void rows_clear(struct rows *rows);

#endif
