/*
 * fold_patch - the state view, and what changes in it (E6)
 *
 * The snapshot is auto_safe_upgrade_state.json. Between two boundaries
 * (fold_is_boundary()) lies one patch of RFC 6902: applied one after another
 * to the snapshot of the empty fold, the patches give the snapshot of each
 * boundary. A patch speaks of /seq, /hash, what else changed at the top, and
 * /repos/INDEX: removes from the highest index down, adds from the lowest
 * up, then replaces of single members.
 *
 * Every FOLD_KEY_EVERY lines, and first of all, stands a key line: its patch
 * replaces the whole document, so that what is before it is not needed.
 */
#ifndef MODEL_FOLD_PATCH_H
#define MODEL_FOLD_PATCH_H

#include "base/buf.h"
#include "model/fold.h"

#define FOLD_STATE_SCHEMA "hermes.auto_safe_upgrade_state/1"
#define FOLD_KEY_EVERY 1000
#define FOLD_HISTORY_SCHEMA "hermes.auto_safe_upgrade_state_history/1"

/* Append the snapshot, without a newline. */
void fold_snapshot(struct fold *fold, struct buf *out);

/*
 * Append the history's line for `event`, a boundary that fold_event() has
 * just taken in, newline included; from here on the next patch begins. Is it
 * a key line?
 */
bool fold_patch(struct fold *fold, const struct fold_event *event,
    struct buf *out);

/* For fold_save: fill `shown` from the flags of the repositories. */
void fold_show(struct fold *fold);

#endif
