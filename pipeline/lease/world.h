/*
 * world - what hermes-lease knows beside the plan
 *
 * In a dry run: the leases of the document's memory, at the cycle's instant,
 * every holder taken to run (that is not in the document). With -s: the lease
 * file under the cycle lock, the clocks, the processes, the open journals, the
 * ledger's head and the state view in STATE.
 */
#ifndef LEASE_WORLD_H
#define LEASE_WORLD_H

#include "json/doc.h"
#include "model/lease.h"
#include "proc/host.h"
#include "store/ledger.h"
#include "store/state.h"
#include "unfinished.h"
#include <stdbool.h>
#include <sys/types.h>

#define LEASE_FILE "coordination_leases.json"
#define AGENT_FILE "agent_coordination_state.json"

struct world {
	bool dry;
	struct lease_now now;
	struct lease_holder holder; /* who the leases are for; not if dry */
	struct lease_table table;
	struct unfinished unfinished;
	struct ledger_head ledger; /* all zero if dry */
	struct json *view;         /* owned; the state view in STATE, or NULL */
	struct json *agents;       /* owned; AGENT_FILE as it was, or NULL */
	bool no_file;              /* there is no lease file */
	struct host_now clock;     /* what now and holder borrow */
	char host[HOST_NAME_SIZE];
};

/* The world of a dry run. */
int world_of_document(struct world *world, struct doc *doc, struct err *err);

/*
 * The world as it is; `pid`, or where it is 0 the parent, will hold the
 * leases. EX_DATAERR where the process does not exist, where the parent is
 * of another session (who adopts orphans holds nothing), or where the lease
 * file is damaged.
 */
int world_of_state(struct world *world, const struct state *state, pid_t pid,
    struct err *err);

/*
 * L5 and L9 for every lease, L4 from all who know a token. EX_DATAERR where
 * the lease file is gone and the views are behind the ledger: then nobody
 * here knows the last token.
 */
int world_judge(struct world *world, struct doc *doc, const struct state *state,
    struct err *err);

/* EX_DATAERR where the document is of another boot, or older than ttl_ms. */
int world_fresh(const struct world *world, struct doc *doc, int64_t ttl_ms,
    struct err *err);

/* Write LEASE_FILE and AGENT_FILE. `waiting` is the JSON text of an array:
 * who was denied. */
int world_keep(const struct world *world, const struct state *state,
    const struct buf *waiting, struct err *err);

void world_clear(struct world *world);

#endif
