/*
 * row - one element of probe.repos
 */
#ifndef PROBE_ROW_H
#define PROBE_ROW_H

#include "base/buf.h"
#include "compare.h"
#include "members.h"
#include <stdint.h>

/* What there is to tell; all borrowed. */
struct row {
	const struct fleet_repo *repo;
	const struct inspection *in;
	const struct members *members;
	const struct comparison *comparison;
	const struct member *selected; /* NULL: none is usable */
	int64_t ms;
};

/* The leading reason is the one of lowest rank among the facts that lead. */
void row_write(const struct row *row, struct buf *out);

#endif
