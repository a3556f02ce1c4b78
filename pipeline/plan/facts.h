/*
 * facts - what the planner knows and what it makes of it, per repository
 *
 * Filled from the document (everything that is borrowed lives as long as the
 * document), sorted by repo_key whatever the order there; the later parts of
 * the planner fill in what they decide.
 *
 *   N1  repos are sorted by repo_key, one for each of the fleet, and each has
 *       its probe
 *   N2  due: behind, with a tip, a branch and an endpoint, and a fast-forward
 */
#ifndef PLAN_FACTS_H
#define PLAN_FACTS_H

#include "base/err.h"
#include "base/instant.h"
#include "base/map.h"
#include "json/doc.h"
#include "json/value.h"
#include "model/order.h"
#include "model/reason.h"
#include "model/risk.h"
#include "model/window.h"
#include <stdbool.h>
#include <stddef.h>

#define NOWHERE ((size_t)-1)

/* In the order of A1: what is done comes before what is not. */
enum plan_word { PLAN_UPGRADE, PLAN_CANARY, PLAN_DEFER, PLAN_BLOCK, PLAN_NONE };
#define PLAN_WORD_COUNT 5

struct plan_repo {
	const char *repo_key;       /* all borrowed from the document */
	const struct json *fleet;   /* fleet.repos[] */
	const struct json *probe;   /* probe.repos[] */
	const struct json *known;   /* memory.state.repos[], or NULL */
	const struct json *learned; /* memory.intelligence.repos[], or NULL */
	const struct json *taken;   /* memory.rollback.repos[], or NULL */
	const char *found;          /* the probe's leading reason */
	const char *tip;            /* or NULL */
	bool due;                   /* N2 */

	enum reason_advice advice; /* the strongest of what was noted */
	enum plan_word word;
	const char *back;     /* where it goes back to, or NULL */
	const char *strategy; /* static */
	const char *code;     /* static; the leading one */
	const char **codes;   /* owned list of static texts; no two alike */
	size_t code_count, code_cap;
	char *why;      /* owned; what `code` says of this repository */
	char *text;     /* owned; one line, down to the root cause */
	bool leans;     /* on the one that goes back, by whatever way */
	size_t blocker; /* what `needs` waits for; NOWHERE: nothing */
	size_t root;    /* where the chain ends; itself where nothing blocks */
	size_t hop_count; /* from here to there */
	struct risk risk;
	bool scored; /* risk was looked at */

	size_t depth;      /* of order.h */
	size_t place;      /* from 1 */
	size_t lane, turn; /* from 1; 0: not in the queue */
	size_t dependant_count;
};

struct plan_zone {
	const char *time_zone; /* borrowed */
	struct window_zone zone;
};

struct plan {
	struct plan_repo *repos; /* owned; N1 */
	size_t count;
	struct map by_key;       /* repo_key -> struct plan_repo */
	struct plan_zone *zones; /* owned */
	size_t zone_count;
	struct map bad;  /* "URL OID" -> the repository that took it back */
	char **bad_keys; /* owned, each owned; what the map borrows */
	size_t bad_count, bad_cap;
	struct map held;    /* subject -> the first of memory.state.holds[] */
	struct map signals; /* url -> memory.intelligence.remotes[] */
	struct map health;  /* url -> memory.remote_health.remotes[] */
	struct window *windows; /* owned; the policy's own */
	size_t window_count;

	instant now;
	const char *cycle_host; /* or NULL */
	const struct json *policy;
	bool offline;                /* no host could be reached */
	const char *pressure;        /* "none" and so on */
	const char *pressure_reason; /* or NULL */

	struct plan_repo *back; /* the one to go back (back.h), or NULL */
	const char *back_oid;   /* borrowed; where to; NULL: one apply */

	struct order order;
	char **cycle_texts; /* owned, each owned; by cycle number - 1 */
	size_t *places;     /* owned; repos by place */
	size_t lane_count;
	size_t queue_count;
	size_t word_counts[PLAN_WORD_COUNT];
};

/* Fill `plan` from a document that shapes_check() has passed: EX_DATAERR
 * where its parts do not fit together. plan_clear() in any case. */
int facts_read(struct plan *plan, struct doc *doc, struct err *err);

/*
 * The repository that took `oid` back and whose primary is that of `repo`,
 * itself first; NULL: none did.
 */
const struct plan_repo *facts_bad(const struct plan *plan,
    const struct plan_repo *repo, const char *oid);

/* Where the repository's policy, or else the fleet's, has `name`. */
const struct json *facts_policy(const struct plan *plan,
    const struct plan_repo *repo, const char *name);

/*
 * The windows that hold for `repo`: owned by the plan, or, where the
 * repository has its own, `*own`, the caller's to free().
 */
int facts_windows(const struct plan *plan, const struct plan_repo *repo,
    const struct window **windows, size_t *count, struct window **own,
    struct err *err);

/* "upgrade" and so on. */
const char *plan_word_name(enum plan_word word);

void plan_clear(struct plan *plan);

#endif
