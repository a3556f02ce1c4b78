/*
 * fleet_checks - is this document one sound decision (G1)
 *
 *   leases-unique         one reservation for each queued repository and for
 *                         no other; no token and no common dir twice
 *   queue-in-order        the queue is what the plan recommends, in the order
 *                         of its places; nobody stands before what he needs
 *   hashes-re-derive      policy digest and decision hash are what the
 *                         document says they are
 *   dependencies-acyclic  nobody in the queue is on a dependency cycle
 *   lanes-kept            no more lanes than the policy allows; one turn each
 *   edges-have-both-ends  every edge of the graph joins two of its nodes
 *   one-cycle-one-policy  plan, graph and events are of this cycle and policy
 *   ledger-verified       the probe found the chain whole up to its head
 *
 * One of them failed is NO-GO for all (G2).
 */
#ifndef GATE_FLEET_CHECKS_H
#define GATE_FLEET_CHECKS_H

#include "base/hash.h"
#include "facts.h"

#define FLEET_CHECK_COUNT 8

/* The evidence is the caller's to free. */
void fleet_checks(struct facts *facts, struct check checks[FLEET_CHECK_COUNT]);

/* The policy's digest, derived anew: without digest and zones. */
void policy_digest_of(const struct json *policy, char out[HASH_NAMED_SIZE]);

#endif
