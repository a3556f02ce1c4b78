/*
 * history - auto_safe_upgrade_state_history.jsonl, a line per boundary (E6)
 *
 * A function of the ledger like every view, but it grows at its end, so it
 * is appended to. The checkpoint remembers its length and its last line; what
 * stands behind that was written by a run that did not end, and goes. When a
 * key line comes (fold_patch.h), what is before the last one goes: the file
 * begins with a key line and has at most 2 * FOLD_KEY_EVERY lines.
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
	int64_t key_bytes;        /* where the last key line begins */
};

/* A history under way. All zero: an empty one. */
struct history {
	struct history_mark mark; /* of the file as it is */
	struct buf lines;         /* what comes behind it */
	int64_t drop_bytes;       /* what of the file goes, at its front */
};

/* A key line has been added to `lines`, where it begins at `start`. */
void history_key(struct history *history, size_t start);

/* 1: the file holds at least what `mark` says, and the last line of that is
 * the one it means. 0: it does not. -1: EX_IOERR. */
int history_check(const struct state *state, const struct history_mark *mark,
    struct err *err);

/*
 * Put `lines` behind what `mark` says, synced; where mark.bytes is 0 the
 * file is made anew. The mark moves to the new end, `lines` are gone.
 */
int history_write(const struct state *state, struct history *history,
    struct err *err);

void history_clear(struct history *history);

#endif
