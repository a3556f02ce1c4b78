/*
 * gate - the last word before anything is changed
 *
 *   G1  named checks with evidence (fleet_checks.h, repo_checks.h), failing
 *       closed
 *   G2  a failed fleet check is NO-GO for all, a repository's for that one;
 *       no verdict is without a text
 *   G3  the seal is made last, over all of it, events included
 */
#ifndef GATE_GATE_H
#define GATE_GATE_H

#include "base/err.h"
#include "json/doc.h"
#include "store/state.h"
#include <stdbool.h>

/* Begin the stage: the members that the gate reads, checked. EX_DATAERR. */
int gate_check(struct doc *doc, struct err *err);

/*
 * Add "gate"; with `state`, write control_plane_integrity.json and
 * runtime_consensus_state.json. `*go` is the verdict.
 */
int gate_add(struct doc *doc, const struct state *state, bool *go,
    struct err *err);

#endif
