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
#include "base/list.h"
#include "json/jw.h"
#include "json/shape.h"
#include "json/value.h"
#include "model/risk.h"
#include "model/signature.h"
#include "model/url.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct policy_window {
	bool deny;
	char *text;      /* owned; window_parse() takes it */
	char *time_zone; /* owned; a name, be there such a zone or not */
};

struct policy_windows {
	struct policy_window *items; /* owned; in written order */
	size_t count, cap;
};

struct policy_budget {
	char *host; /* owned; lower case; "default" is one of them */
	int64_t count;
};

struct policy {
	int64_t max_lanes;
	int64_t probe_workers;
	int64_t probe_deadline_ms;
	int64_t lease_ttl_ms;
	struct policy_budget *budgets; /* owned; sorted by host */
	size_t budget_count;
	struct risk_policy risk;
	struct policy_windows windows;
	struct list sensitive_paths; /* sorted, no two alike */
	int64_t min_age_s;
	int64_t cooldown_s;
	int64_t cooldown_max_s;
	int64_t evidence_max_age_s;
	const char *mirror_ahead;      /* static; "defer" or "accept" */
	const char *require_signature; /* static; none, commit or tag */
	char *allowed_signers;         /* owned; a path; or NULL */
	char *keyring;                 /* owned; a path; or NULL */
	unsigned protocols;            /* bits of url.h */
	bool rollback_dependants;
	int64_t keep_rollbacks;
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
 * JSON text of an array (probe's zones.h); NULL: none.
 */
void policy_write(const struct policy *policy, const char *zones,
    struct buf *out);

/* What it wants signed, and by whom. Borrowed. */
struct signature_rule policy_signature(const struct policy *policy);

/* How many connections `host` may have at once. */
int64_t policy_budget(const struct policy *policy, const char *host);

/* Whether the policy's protocols hold the URL's. */
bool policy_allows(const struct policy *policy, const struct url *url);

void policy_clear(struct policy *policy);

/*
 * What one repository may set for itself: rows for a shape table; then what
 * a row cannot say, with what `base` has for what `object` lacks. `place` is
 * "config/fleet.json: repos[3].policy".
 */
extern const struct shape policy_own_shape[];
int policy_own_check(const struct json *object, const struct policy *base,
    const char *place, struct err *err);

/* Write those members of `object` that policy_own_shape names, in its order,
 * lists sorted, "note"s left out, the time zones of windows filled in. */
void policy_own_write(const struct json *object, const char *name,
    struct jw *jw);

/* Add the windows of `array`, which the shape has passed. */
void policy_windows_read(struct policy_windows *windows,
    const struct json *array);
void policy_windows_clear(struct policy_windows *windows);

#endif
