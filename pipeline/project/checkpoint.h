/*
 * checkpoint - where the last run got to (E5)
 *
 * project.checkpoint.json: {schema, digest, seq, bytes, hash, history, fold}.
 * The digest is SHA-256 over the bytes behind it, from the quote of "seq" to
 * the end. It only saves time: one that is absent, damaged, of another
 * version or not of this ledger is as good as none.
 */
#ifndef PROJECT_CHECKPOINT_H
#define PROJECT_CHECKPOINT_H

#include "base/err.h"
#include "history.h"
#include "model/fold.h"
#include "store/ledger.h"
#include "store/state.h"

#define CHECKPOINT_NAME "project.checkpoint.json"

/*
 * 1: `fold` (fresh from fold_init()), `at` and `history` are as they were
 * kept. 0: there is none of use, and they are untouched. -1: EX_IOERR.
 */
int checkpoint_read(const struct state *state, struct fold *fold,
    struct ledger_head *at, struct history_mark *history, struct err *err);

/* Replace it. EX_IOERR. */
int checkpoint_write(const struct state *state, struct fold *fold,
    const struct ledger_head *at, const struct history_mark *history,
    struct err *err);

#endif
