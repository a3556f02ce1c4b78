/*
 * views - the files that say how things stand, each from the fold alone
 *
 * auto_safe_upgrade_summary.json, auto_safe_upgrade_state.json,
 * runtime_intelligence.json, rollback_intelligence.json and
 * live_runtime_control_plane.json; hermes-state(5) has their members. Every
 * view carries the seq and hash of the ledger's head that it stands at.
 */
#ifndef PROJECT_VIEWS_H
#define PROJECT_VIEWS_H

#include "base/err.h"
#include "model/fold.h"
#include "store/state.h"

/* Write those whose bytes changed. EX_IOERR. */
int views_write(const struct state *state, struct fold *fold, struct err *err);

/* Their names and the history's, sorted; NULL ends. */
extern const char *const view_names[];

#endif
