/*
 * journal - STATE/journals/TOKEN: in which repository to look, and what to say
 *
 *   J1  written and synced before anything else of an apply (A2)
 *   J2  `done` is true once nothing is left to do but clean up; its events
 *       are then the whole story
 *   J3  removed when the ledger holds every one of its events
 */
#ifndef EXEC_JOURNAL_H
#define EXEC_JOURNAL_H

#include "apply.h"
#include "json/value.h"
#include "store/state.h"

/* Write the journal as the apply stands, with what it has said. */
int journal_write(const struct apply *apply, bool done, struct err *err);

/* Remove it; absent is done. */
int journal_remove(const struct state *state, const char *name,
    struct err *err);

struct journal {
	char *name;        /* owned; the token as text */
	struct json *root; /* owned */
};

struct journals {
	struct journal *list; /* owned; by token */
	size_t count, cap;
};

/*
 * All of them. One that is damaged is EX_DATAERR: a person must look. One that
 * its killed writer had not renamed yet is removed (recovery alone calls).
 */
int journals_read(struct journals *journals, const struct state *state,
    struct err *err);
void journals_clear(struct journals *journals);

#endif
