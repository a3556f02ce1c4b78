/*
 * reserve - a reservation for every queued repository (L1-L5, L7)
 *
 * In the plan's order, so that a prerequisite is settled before what needs
 * it. A reservation is granted, or denied with a code:
 *
 *   interrupted    a dead cycle left an open journal there (L3)
 *   lease-foreign  somebody else holds a live lease (L2)
 *   needs          a prerequisite is neither granted nor current (L7)
 */
#ifndef LEASE_RESERVE_H
#define LEASE_RESERVE_H

#include "base/err.h"
#include "json/doc.h"
#include "world.h"

/* The members that lease reads, checked. EX_DATAERR. */
int reserve_check(struct doc *doc, struct err *err);

/*
 * Grant in world->table, set the document's "lease", and say so in "events"
 * (not in a dry run; of a denial once, for as long as its code stays).
 * `waiting` gets the JSON text of an array of those who were denied.
 */
int reserve_add(struct doc *doc, struct world *world, struct buf *waiting,
    struct err *err);

/* The same array as AGENT_FILE has it: giving back denies nobody. */
void reserve_waiting(const struct world *world, struct buf *out);

/* Drop every lease that is not live and that nobody asked for; the ledger
 * learns of it by lease.released with a `why`. */
void reserve_sweep(struct doc *doc, struct world *world);

/* policy.lease_ttl_ms */
int64_t reserve_ttl_ms(struct doc *doc);

#endif
