/*
 * project - the ledger, folded; the views, written
 *
 *   J1  views, history and checkpoint are functions of the ledger: delete any
 *       of them, the next run makes the same bytes
 *   J2  a checkpoint that is of no use costs time, nothing else
 *   J3  the checkpoint is written last: a run that died is run again
 */
#ifndef PROJECT_PROJECT_H
#define PROJECT_PROJECT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/instant.h"
#include "history.h"
#include "json/doc.h"
#include "model/fold.h"
#include "store/ledger.h"
#include "store/state.h"
#include <stdbool.h>

struct project {
	struct fold fold;
	struct ledger_head at; /* where in the ledger the fold stands */
	struct history history;
};

/* How far to go: up to `seq`, or up to the last event before one that is
 * later than `at`. */
struct project_until {
	bool by_seq;
	int64_t seq;
	instant at;
};

/* Fold the ledger up to its head, on from the checkpoint where there is one
 * of use. EX_DATAERR: the ledger is damaged. */
int project_fold(struct project *project, const struct state *state,
    struct err *err);

/* Fold it from the beginning, up to `until`. EX_DATAERR where that is beyond
 * the head. */
int project_past(struct project *project, const struct state *state,
    const struct project_until *until, struct err *err);

/* Write history, views and checkpoint, in this order (J3). */
int project_keep(struct project *project, const struct state *state,
    struct err *err);

/*
 * Set doc's "project". The verdict is that of the document's cycle: as the
 * ledger has it where that cycle is its last one, else from the document's
 * own events. `project` may be NULL: there is no ledger. *needs_person says
 * what the verdict says.
 */
int project_add(struct doc *doc, const struct project *project,
    bool *needs_person, struct err *err);

void project_clear(struct project *project);

#endif
