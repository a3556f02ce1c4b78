/*
 * zones - time zones as facts: the offset now and the next two changes
 *
 * Windows are in local time, pure filters know no zone files: so probe says
 * what they need (P2). From the system's zoneinfo; a zone that it does not
 * know is EX_CONFIG.
 */
#ifndef PROBE_ZONES_H
#define PROBE_ZONES_H

#include "base/err.h"
#include "base/instant.h"
#include "model/fleet.h"
#include "model/policy.h"
#include <stdint.h>

struct zone_change {
	instant at;
	int32_t offset_s; /* from then on */
};

struct zone_facts {
	int32_t offset_s;              /* east of UTC, at `now` */
	struct zone_change changes[2]; /* within two years, soonest first */
	int change_count;
};

/* -1 and EX_CONFIG for a name that is none: `place: unknown time zone "x"`. */
int zone_facts(const char *name, instant now, const char *place,
    struct zone_facts *facts, struct err *err);

/* Where the two were read from, for errors: borrowed. */
struct zone_places {
	const char *policy, *fleet;
};

/*
 * The text of policy.zones: every zone that a window of the policy or of a
 * repository names, sorted, once.
 */
int zones_write(const struct policy *policy, const struct fleet *fleet,
    const struct zone_places *places, instant now, struct buf *out,
    struct err *err);

#endif
