/*
 * memory - what Hermes knows from before, put into the document (B8)
 *
 * The views of project, the remotes' health and the leases, as they stand in
 * STATE. A view that is absent means "nothing known" only where the ledger is
 * empty too; a view that is not at the ledger's head, or cannot be read, is
 * EX_DATAERR that names the file and says to run hermes-project.
 *
 * `ledger.verified` is said of the whole chain, walked from its first line to
 * the head: damage anywhere is EX_DATAERR and blocks every change (E3, G1).
 */
#ifndef PROBE_MEMORY_H
#define PROBE_MEMORY_H

#include "base/err.h"
#include "json/doc.h"
#include "store/state.h"

/* Set doc's "memory"; `state` NULL: the empty one. */
int memory_add(struct doc *doc, const struct state *state, struct err *err);

#endif
