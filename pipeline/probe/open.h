/*
 * open - a cycle is opened: policy, fleet, memory, probe
 */
#ifndef PROBE_OPEN_H
#define PROBE_OPEN_H

#include "base/err.h"
#include "json/doc.h"
#include "keys.h"
#include "model/fleet.h"
#include "model/policy.h"
#include "store/state.h"
#include <stdio.h>

struct probe_options {
	const char *fleet_path;     /* borrowed; -f; NULL: stdin */
	const char *policy_path;    /* borrowed; NULL: the document's, else
				       defaults */
	const char *staging;        /* borrowed; -a; NULL: below STATE */
	const char *real_at;        /* borrowed; -t; NULL: the clock */
	const struct state *memory; /* borrowed; read from; or NULL */
	const struct state *state;  /* borrowed; written to; or NULL */
	FILE *watched;              /* borrowed; a terminal; or NULL */
};

/*
 * Read the document with the fleet: a fleet's own or a cycle's from stdin,
 * or a fleet's from -f, where whatever is wrong is EX_CONFIG.
 */
int open_document(struct doc *in, const struct probe_options *options,
    struct err *err);

/*
 * Read and check the fleet in `in` (a fleet document, or a cycle's), the
 * policy and the keys that they name. EX_CONFIG names file and member.
 */
int open_config(struct doc *in, const struct probe_options *options,
    struct policy *policy, struct fleet *fleet, struct keys *keys,
    struct err *err);

/* Turn `doc` into a cycle that is open up to "probe". */
int open_cycle(struct doc *doc, const struct probe_options *options,
    const struct policy *policy, const struct fleet *fleet,
    const struct keys *keys, struct err *err);

#endif
