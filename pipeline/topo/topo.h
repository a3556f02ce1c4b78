/*
 * topo - what hangs on what in this cycle
 *
 *   repo:KEY      depends_on, after -> repo; fetches_from -> each endpoint;
 *                 promoted_to -> the endpoint that stands in for the primary;
 *                 shares_budget -> a host that other repositories use too;
 *                 runs_in -> lane; blocks -> the repo that it keeps back
 *   endpoint:URL  on_host -> host
 *   lease:KEY     holds -> repo
 *   cycle:ID      holds -> lease
 *
 * A repository's federation is its endpoints with what the probe found there
 * and the one selected. Where the role differs from the one that memory knows
 * that is federation.promoted (away from the primary) or federation.demoted.
 */
#ifndef TOPO_TOPO_H
#define TOPO_TOPO_H

#include "base/err.h"
#include "json/doc.h"
#include "store/state.h"

/* Begin the stage: the members that topo reads, checked. EX_DATAERR. */
int topo_check(struct doc *doc, struct err *err);

/*
 * Add "topo"; with `state`, write runtime_topology_graph.json,
 * remote_federation_state.json and federation_topology_state.json.
 */
int topo_add(struct doc *doc, const struct state *state, struct err *err);

#endif
