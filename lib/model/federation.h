/*
 * federation - which member of a repository's federation is used (A7)
 *
 * One answer for all: probe lists and fetches from it, plan records it, topo
 * draws it. Members are ranked by role (primary origin mirror cache
 * fallback), then by health, then by URL, so their order in the fleet file
 * decides nothing.
 *
 *   F1  the primary, when it is usable; other roles only when it is not
 *   F2  of the rest the steady ones first, then by role
 *   F3  a member that lacks the wanted commit is stale: never used
 *   F4  a non-primary's tip is taken only with proof: it descends from what
 *       is applied, and is part of what the primary was seen with; where
 *       that cannot be said, only if no member with proof is usable, and
 *       then the planner has the word
 *   F5  a primary that failed lately waits for FEDERATION_GOOD_COUNT good
 *       probes in a row while the member used last time is usable and has
 *       the same tip: nothing is missed, nothing flaps
 *   F6  nothing is remembered here, no remote is ever rewritten
 */
#ifndef MODEL_FEDERATION_H
#define MODEL_FEDERATION_H

#include <stdbool.h>
#include <stddef.h>

#define FEDERATION_GOOD_COUNT 3 /* good probes until a URL is steady again */

/* What remote_health.json remembers of one URL. */
struct federation_health {
	int good_count; /* in a row, up to FEDERATION_GOOD_COUNT */
	int bad_count;  /* up to FEDERATION_GOOD_COUNT; 0: steady */
};

/* Count one more probe of the URL; both counts are capped, so a URL in a
 * steady state stops changing. */
void federation_health_note(struct federation_health *health, bool good);

enum federation_proof {
	FEDERATION_UNPROVED, /* not looked at yet */
	FEDERATION_PROVED,   /* F4, or what is applied itself */
	FEDERATION_UNBACKED, /* descends, but the primary does not vouch */
	FEDERATION_DISPROVED
};

struct federation_member {
	const char *role;  /* borrowed; "primary" and so on */
	const char *url;   /* borrowed; redacted */
	const char *class; /* borrowed; "ok", a remote reason, "not-asked" */
	const char *tip;   /* borrowed; NULL where not known */
	bool stale;        /* known to lack the wanted commit (F3) */
	bool last;         /* the member that was used last time (F5) */
	enum federation_proof proof;     /* non-primaries only */
	struct federation_health health; /* this probe counted in, if asked */
};

/* How the tip of a non-primary stands to the primary's last known one. */
enum federation_backing {
	FEDERATION_SAME,  /* it is that commit */
	FEDERATION_PART,  /* an ancestor of it */
	FEDERATION_AHEAD, /* descends from it */
	FEDERATION_UNKNOWN
};

/* "same", "part", "ahead", "unknown". */
const char *federation_backing_name(enum federation_backing backing);

enum federation_state {
	FEDERATION_PRIMARY,  /* the primary is used */
	FEDERATION_PROMOTED, /* another member stands in */
	FEDERATION_DOWN      /* no member is usable */
};

struct federation_choice {
	enum federation_state state;
	const struct federation_member *member; /* borrowed; NULL: down */
	/*
	 * The member to list before the answer is final, or NULL. A prober
	 * goes round: while (ask) list it, select again; then, where the
	 * member is no primary and not proved, fetch and prove it, select
	 * again.
	 */
	const struct federation_member *ask;
	const char *why; /* static: "the primary answers" */
};

/* Answer from what is known of the members so far. `count` may be 0. */
struct federation_choice
federation_select(const struct federation_member *members, size_t count);

/* The members' indices, most wanted first, in `order` (room for `count`):
 * F1, F2; whether they are usable plays no part. */
void federation_order(const struct federation_member *members, size_t count,
    size_t *order);

/* 0 for "primary" to 4 for "fallback"; -1 for no role. */
int federation_role(const char *role);
bool federation_role_known(const char *role); /* for shape tables */

/* "primary", "promoted", "down". */
const char *federation_state_name(enum federation_state state);

#endif
