/*
 * policy - what Hermes may do, when, and how much of it at once
 *
 * A person writes it (hermes-policy(5)), every member has a default, unknown
 * members are an error. hermes-probe puts it into the document with all of
 * its members filled in; plan, lease and exec read it there.
 *
 *   Y1  what policy_write() writes, policy_read() reads back to the same
 *       bytes
 *   Y2  the digest covers every member but digest and zones, and no "note"
 */
#ifndef MODEL_POLICY_H
#define MODEL_POLICY_H

#include "base/buf.h"
#include "base/err.h"
#include "json/jw.h"
#include "json/shape.h"
#include "json/value.h"
#include "model/url.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	POLICY_CHANGE,
	POLICY_PATHS,
	POLICY_FAILURES,
	POLICY_ROLLBACKS,
	POLICY_REMOTE,
	POLICY_HOUR,
	POLICY_DEPENDANTS,
	POLICY_WEIGHT_COUNT
};

/* Their names in "weights", in the order above. */
extern const char *const policy_weight_names[POLICY_WEIGHT_COUNT];

struct policy_risk {
	int64_t canary_from_permille;
	int64_t block_from_permille; /* never below the one before */
	int64_t band_permille;
	int64_t weights[POLICY_WEIGHT_COUNT];
};

struct policy_window {
	bool deny;
	char *text;      /* owned; window_parse() has passed it */
	char *time_zone; /* owned; a name that zones.h may still not know */
};

struct policy_budget {
	char *host; /* owned; "default" is one of them */
	int64_t count;
};

struct policy {
	int64_t max_lanes;
	int64_t probe_workers;
	int64_t probe_deadline_ms;
	int64_t lease_ttl_ms;
	struct policy_budget *budgets; /* owned; sorted by host */
	size_t budget_count;
	struct policy_risk risk;
	struct policy_window *windows; /* owned; in written order */
	size_t window_count;
	char **sensitive_paths; /* owned; sorted, no two alike */
	size_t sensitive_path_count;
	int64_t min_age_s;
	int64_t cooldown_s;
	char *require_signature; /* owned; "none" */
	unsigned protocols;      /* bits of url.h */
	int64_t keep_cycles;
};

/*
 * Read and check `root`, defaults filled in; NULL: defaults only. `place`
 * names the file in errors (EX_CONFIG). Members are as policy_write() left
 * them or as a person wrote them; a digest and zones are passed over.
 */
int policy_read(struct policy *policy, const struct json *root,
    const char *place, struct err *err);

/*
 * The document's "policy": schema, digest, the members, and `zones`, the
 * JSON text of an array (zones.h); NULL: no zones.
 */
void policy_write(const struct policy *policy, const char *zones,
    struct buf *out);

/* How many connections `host` may have at once. */
int64_t policy_budget(const struct policy *policy, const char *host);

/* Whether protocols hold the URL's. */
bool policy_allows(const struct policy *policy, const struct url *url);

void policy_clear(struct policy *policy);

/*
 * What one repository may set for itself: the same members, checked alike.
 * Rows for a shape table, and the check of what a row cannot say; `place`
 * is "config/fleet.json: repos[3].policy". Members that `object` lacks are
 * as in `base`.
 */
extern const struct shape policy_repo_shape[];
int policy_repo_check(const struct json *object, const struct policy *base,
    const char *place, struct err *err);

/* Write those members of `object` that policy_repo_shape names, "note"s left
 * out, defaults of windows filled in. */
void policy_repo_write(const struct json *object, const char *name,
    struct jw *jw);

#endif
