/*
 * journal - STATE/journals/TOKEN: in which repository an apply was at work
 *
 * hermes-exec writes one before anything else of an apply, and its recovery
 * ends it; hermes-lease looks which are open (L3) and which tokens are spent
 * (L4).
 *
 *   J1  written and synced before anything else of an apply
 *   J2  `done` is true once nothing is left to do but clean up; its events
 *       are then the whole story
 *   J3  removed when the ledger holds every one of its events
 */
#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H

#include "base/err.h"
#include "json/value.h"
#include "store/state.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JOURNAL_SCHEMA "hermes.journal/1"

struct journal {
	int64_t token;
	char *name;        /* owned; the token as text */
	struct json *root; /* owned; state/schema/journal.json */
	bool done;
};

struct journals {
	struct journal *list; /* owned; by token */
	size_t count, cap;
};

/* All of them. One that is damaged is EX_DATAERR: a person must look. Names
 * that are no token are passed over. */
int journals_read(struct journals *journals, const struct state *state,
    struct err *err);
void journals_clear(struct journals *journals);

/* Remove what killed writers had not renamed: the journal under the token
 * itself, or its absence, is what counts. Under .cycle.lock. */
int journals_tidy(const struct state *state, struct err *err);

/* Write the journal of `name` whole, synced. */
int journal_write(const struct state *state, const char *name,
    const struct buf *text, struct err *err);

/* Remove it; absent is done. */
int journal_remove(const struct state *state, const char *name,
    struct err *err);

#endif
