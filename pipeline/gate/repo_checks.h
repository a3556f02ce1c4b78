/*
 * repo_checks - may this one repository be changed now (G1)
 *
 *   granted-iff-leased         reserved, with a token (L3; none in a dry run)
 *   prerequisites-granted      what it needs is current, or granted and GO
 *   endpoint-usable            answers, and is one and the same in plan,
 *                              probe and topo
 *   rollback-point-recordable  the branch and where it stands are known
 *   space                      for twice what is new, and a floor
 *   signature                  as the policy demands
 *   tree-safe                  nothing in the new tree that harms a checkout
 *   strategy-allowed           one that Hermes has (A4), and nothing ahead
 *   target-is-tip              the commit that the endpoint offered
 *
 * What is missing or not known has not passed.
 */
#ifndef GATE_REPO_CHECKS_H
#define GATE_REPO_CHECKS_H

#include "facts.h"

#define SPACE_FLOOR_BYTES (INT64_C(32) << 20) /* journal, index, prepared */
#define SPACE_FLOOR_INODES 1000

/* Their names, in the order above: of each entry's checks too. */
extern const char *const repo_check_names[REPO_CHECK_COUNT];

/* Fill every entry's checks, in the queue's order. */
void repo_checks(struct facts *facts);

#endif
