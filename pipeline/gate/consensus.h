/*
 * consensus - do all who know a hash know the same one
 *
 * runtime_consensus_state.json: for the policy digest, the decision hash, the
 * ledger's head and the graph, who says what. Who does not know (no such file
 * yet) says null and contradicts nobody. The ledger's head moves with every
 * cycle: of it only the agreement is kept, not the hash.
 */
#ifndef GATE_CONSENSUS_H
#define GATE_CONSENSUS_H

#include "base/err.h"
#include "json/doc.h"
#include "store/state.h"

int consensus_keep(struct doc *doc, const struct state *state, struct err *err);

#endif
