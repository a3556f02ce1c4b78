/*
 * unfinished - which repositories have an open journal (store/journal.h)
 *
 * What hermes-exec left open gets no lease before hermes-exec -R has closed
 * it (L3); a token that names a journal is never given again (L4).
 */
#ifndef LEASE_UNFINISHED_H
#define LEASE_UNFINISHED_H

#include "base/map.h"
#include "store/journal.h"

struct unfinished {
	struct journals journals; /* owned; all, closed ones too */
	struct map open;          /* repo_key or common_dir -> its journal */
};

/* -1 and EX_DATAERR where a journal cannot be read. */
int unfinished_read(struct unfinished *unfinished, const struct state *state,
    struct err *err);

/* The open journal on the repository, or NULL. Borrowed. */
const struct journal *unfinished_on(const struct unfinished *unfinished,
    const char *repo_key, const char *common_dir);

/* The highest token that names a journal; 0 where there is none. */
int64_t unfinished_last_token(const struct unfinished *unfinished);

void unfinished_clear(struct unfinished *unfinished);

#endif
