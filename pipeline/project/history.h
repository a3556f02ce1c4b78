/*
 * history - auto_safe_upgrade_state_history.jsonl, a line per boundary (E6)
 *
 * A function of the ledger like every view, but it only grows, so it is
 * appended to. The checkpoint remembers its length and its last line; what
 * stands behind that was written by a run that did not end, and goes.
 */
#ifndef PROJECT_HISTORY_H
#define PROJECT_HISTORY_H

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "store/state.h"
#include <stdint.h>

#define HISTORY_NAME "auto_safe_upgrade_state_history.jsonl"

/* All zero: an empty history. */
struct history_mark {
	int64_t bytes;            /* of the whole file */
	int64_t line_bytes;       /* of its last line, newline included */
	char hash[HASH_HEX_SIZE]; /* of that line */
};

/* 1: the file holds at least what `mark` says, and the last line of that is
 * the one it means. 0: it does not. -1: EX_IOERR. */
int history_check(const struct state *state, const struct history_mark *mark,
    struct err *err);

/*
 * Put `lines` behind what `mark` says, synced; where mark->bytes is 0 the
 * file is made anew. `mark` moves to the new end.
 */
int history_append(const struct state *state, struct history_mark *mark,
    const struct buf *lines, struct err *err);

#endif
