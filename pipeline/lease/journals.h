/*
 * journals - what hermes-exec left open: STATE/journals/TOKEN
 *
 * A repository with an open journal gets no lease before hermes-exec -R has
 * closed it (L3); a token that names a journal is never given again (L4).
 */
#ifndef LEASE_JOURNALS_H
#define LEASE_JOURNALS_H

#include "base/err.h"
#include "base/map.h"
#include "store/state.h"
#include <stddef.h>
#include <stdint.h>

struct journals {
	int64_t last_token; /* 0: there is none */
	struct map open;    /* repo_key or common_dir -> token, as text */
	char **texts;       /* owned; what the map borrows */
	size_t count, cap;
};

/* Names that are no token are passed over; a journal that cannot be read is
 * EX_DATAERR. */
int journals_read(struct journals *journals, const struct state *state,
    struct err *err);

/* The token of an open journal on the repository, as text, or NULL. */
const char *journals_open(const struct journals *journals, const char *repo_key,
    const char *common_dir);

void journals_clear(struct journals *journals);

#endif
