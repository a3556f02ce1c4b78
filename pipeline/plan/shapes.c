#include "shapes.h"
#include "base/instant.h"
#include "json/shape.h"
#include "json/strict.h"
#include "model/federation.h"
#include "model/fleet.h"
#include "model/reason.h"
#include "model/signature.h"
#include "model/window.h"
#include <stdio.h>
#include <string.h>

#define NEED SHAPE_NEED
#define NULLABLE (SHAPE_NEED | SHAPE_NULL)
#define MAYBE SHAPE_NULL
#define COUNT_MAX JSON_INT_MAX

static bool
instant_valid(const char *text)
{
	instant at;

	return instant_parse(text, &at) == 0;
}

static bool
oid_valid(const char *text)
{
	return strlen(text) == 40 && strspn(text, "0123456789abcdef") == 40;
}

static bool
nonempty(const char *text)
{
	return *text != '\0';
}

#define ROW(n, t, f) .name = n, .type = t, .flags = f
#define NUMBER(n, f, low, high)                                                \
	{                                                                      \
		ROW(n, JSON_NUMBER, f), .min = low, .max = high                \
	}
#define PLAIN(n, t, f)                                                         \
	{                                                                      \
		ROW(n, t, f)                                                   \
	}
#define INSTANT .valid = instant_valid, .wanted = "an instant"
#define OID .valid = oid_valid, .wanted = "40 hex digits"
#define REASON .valid = reason_known, .wanted = "a reason code"
#define TEXT .valid = nonempty, .wanted = "a text"
#define KEY .valid = fleet_key_valid, .wanted = "a repo_key"
#define ROLE .valid = federation_role_known, .wanted = "a role"

static const struct shape now_shape[] = {
	{ "real_at", JSON_STRING, NEED, INSTANT },
	{ 0 },
};

static const struct shape cycle_shape[] = {
	{ "id", JSON_STRING, NEED, TEXT },
	PLAIN("host", JSON_STRING, MAYBE),
	{ "now", JSON_OBJECT, NEED, .members = now_shape },
	{ 0 },
};

static const struct shape weights_shape[] = {
	NUMBER("change", 0, 0, 1000),
	NUMBER("paths", 0, 0, 1000),
	NUMBER("failures", 0, 0, 1000),
	NUMBER("rollbacks", 0, 0, 1000),
	NUMBER("remote", 0, 0, 1000),
	NUMBER("hour", 0, 0, 1000),
	NUMBER("dependants", 0, 0, 1000),
	{ 0 },
};

static const struct shape risk_shape[] = {
	NUMBER("canary_from_permille", 0, 0, 1000),
	NUMBER("block_from_permille", 0, 0, 1000),
	NUMBER("band_permille", 0, 0, 1000),
	{ "weights", JSON_OBJECT, 0, .members = weights_shape },
	{ 0 },
};

static const struct shape full_risk_shape[] = {
	NUMBER("canary_from_permille", NEED, 0, 1000),
	NUMBER("block_from_permille", NEED, 0, 1000),
	NUMBER("band_permille", NEED, 0, 1000),
	{ "weights", JSON_OBJECT, NEED, .members = weights_shape },
	{ 0 },
};

static const struct shape window_shape[] = {
	{ "allow", JSON_STRING, 0, .valid = window_valid,
	    .wanted = WINDOW_WANTED },
	{ "deny", JSON_STRING, 0, .valid = window_valid,
	    .wanted = WINDOW_WANTED },
	{ "time_zone", JSON_STRING, NEED, TEXT },
	{ 0 },
};

static const struct shape change_shape[] = {
	{ "at", JSON_STRING, NEED, INSTANT },
	NUMBER("offset_s", NEED, -86400, 86400),
	{ 0 },
};

static const struct shape zone_shape[] = {
	{ "time_zone", JSON_STRING, NEED, TEXT },
	NUMBER("offset_s", NEED, -86400, 86400),
	{ "changes", JSON_ARRAY, NEED, .each = JSON_OBJECT,
	    .each_members = change_shape },
	{ 0 },
};

static const char *const aheads[] = { "defer", "accept", NULL };

static const struct shape policy_shape[] = {
	{ "digest", JSON_STRING, NEED, TEXT },
	NUMBER("max_lanes", NEED, 1, 64),
	{ "risk", JSON_OBJECT, NEED, .members = full_risk_shape },
	{ "windows", JSON_ARRAY, NEED, .each = JSON_OBJECT,
	    .each_members = window_shape },
	NUMBER("min_age_s", NEED, 0, COUNT_MAX),
	NUMBER("cooldown_s", NEED, 0, COUNT_MAX),
	NUMBER("cooldown_max_s", 0, 0, COUNT_MAX),
	NUMBER("evidence_max_age_s", 0, 0, COUNT_MAX),
	{ "mirror_ahead", JSON_STRING, 0, .words = aheads },
	PLAIN("rollback_dependants", JSON_BOOL, 0),
	{ "require_signature", JSON_STRING, 0, .words = signature_words },
	{ "zones", JSON_ARRAY, NEED, .each = JSON_OBJECT,
	    .each_members = zone_shape },
	{ 0 },
};

static const struct shape override_shape[] = {
	{ "risk", JSON_OBJECT, 0, .members = risk_shape },
	{ "windows", JSON_ARRAY, 0, .each = JSON_OBJECT,
	    .each_members = window_shape },
	NUMBER("min_age_s", 0, 0, COUNT_MAX),
	NUMBER("cooldown_s", 0, 0, COUNT_MAX),
	NUMBER("cooldown_max_s", 0, 0, COUNT_MAX),
	NUMBER("evidence_max_age_s", 0, 0, COUNT_MAX),
	{ "mirror_ahead", JSON_STRING, 0, .words = aheads },
	PLAIN("rollback_dependants", JSON_BOOL, 0),
	{ "require_signature", JSON_STRING, 0, .words = signature_words },
	{ 0 },
};

static const char *const check_places[] = { "canary", "health", NULL };
static const char *const check_needs[] = { "required", "wanted", NULL };

static const struct shape check_shape[] = {
	{ "at", JSON_STRING, NEED, .words = check_places },
	{ "need", JSON_STRING, NEED, .words = check_needs },
	{ 0 },
};

static const struct shape fleet_repo_shape[] = {
	{ "repo_key", JSON_STRING, NEED, KEY },
	{ "depends_on", JSON_ARRAY, NEED, .each = JSON_STRING },
	{ "after", JSON_ARRAY, NEED, .each = JSON_STRING },
	{ "groups", JSON_ARRAY, 0, .each = JSON_STRING },
	{ "checks", JSON_ARRAY, NEED, .each = JSON_OBJECT,
	    .each_members = check_shape },
	{ "policy", JSON_OBJECT, NEED, .members = override_shape },
	{ 0 },
};

static const struct shape fleet_shape[] = {
	{ "repos", JSON_ARRAY, NEED, .each = JSON_OBJECT,
	    .each_members = fleet_repo_shape },
	{ 0 },
};

static const struct shape head_shape[] = {
	{ "oid", JSON_STRING, NULLABLE, OID },
	PLAIN("branch", JSON_STRING, NULLABLE),
	{ 0 },
};

static const struct shape endpoint_shape[] = {
	{ "url", JSON_STRING, NEED, TEXT },
	PLAIN("host", JSON_STRING, MAYBE),
	{ "role", JSON_STRING, NEED, ROLE },
	{ "class", JSON_STRING, NEED, .valid = reason_class,
	    .wanted = "a remote reason code, ok or not-asked" },
	{ "tip", JSON_STRING, MAYBE, OID },
	PLAIN("detail", JSON_STRING, MAYBE),
	{ 0 },
};

static const struct shape selected_shape[] = {
	{ "url", JSON_STRING, NEED, TEXT },
	PLAIN("host", JSON_STRING, MAYBE),
	{ "role", JSON_STRING, NEED, ROLE },
	{ 0 },
};

static const char *const backings[] = { "same", "part", "ahead", "unknown",
	NULL };

static const struct shape signature_shape[] = {
	{ "policy", JSON_STRING, NEED, TEXT },
	{ "commit", JSON_STRING, NEED, TEXT },
	{ "state", JSON_STRING, NEED, TEXT },
	{ "detail", JSON_STRING, MAYBE, TEXT },
	{ "tag", JSON_STRING, MAYBE, TEXT },
	{ "signer", JSON_STRING, MAYBE, TEXT },
	{ "key", JSON_STRING, MAYBE, TEXT },
	{ 0 },
};

static const struct shape evidence_shape[] = {
	{ "relation", JSON_STRING, NEED, .words = backings },
	{ "primary_tip", JSON_STRING, NULLABLE, OID },
	{ 0 },
};

static const struct shape change_facts_shape[] = {
	NUMBER("commit_count", NULLABLE, 0, COUNT_MAX),
	NUMBER("file_count", NULLABLE, 0, COUNT_MAX),
	NUMBER("insertion_count", NULLABLE, 0, COUNT_MAX),
	NUMBER("deletion_count", NULLABLE, 0, COUNT_MAX),
	{ "sensitive_paths", JSON_ARRAY, NEED, .each = JSON_STRING },
	{ 0 },
};

static const char *const collision_kinds[] = { "untracked", "ignored", NULL };

static const struct shape collision_shape[] = {
	PLAIN("path", JSON_STRING, NEED),
	{ "kind", JSON_STRING, NEED, .words = collision_kinds },
	{ 0 },
};

static const struct shape code_shape = { "", JSON_STRING, 0, REASON };

static const struct shape probe_repo_shape[] = {
	{ "repo_key", JSON_STRING, NEED, KEY },
	{ "reason", JSON_STRING, NEED, REASON },
	PLAIN("detail", JSON_STRING, MAYBE),
	{ "facts", JSON_ARRAY, NEED, .each = JSON_STRING,
	    .each_text = &code_shape },
	PLAIN("bare", JSON_BOOL, MAYBE),
	{ "head", JSON_OBJECT, NULLABLE, .members = head_shape },
	PLAIN("branch", JSON_STRING, NULLABLE),
	{ "branch_oid", JSON_STRING, NULLABLE, OID },
	{ "endpoints", JSON_ARRAY, NEED, .each = JSON_OBJECT,
	    .each_members = endpoint_shape },
	{ "endpoint", JSON_OBJECT, NULLABLE, .members = selected_shape },
	{ "tip", JSON_STRING, NULLABLE, OID },
	PLAIN("tip_known", JSON_BOOL, MAYBE),
	{ "evidence", JSON_OBJECT, MAYBE, .members = evidence_shape },
	{ "signature", JSON_OBJECT, MAYBE, .members = signature_shape },
	NUMBER("staged_count", MAYBE, 0, COUNT_MAX),
	NUMBER("unstaged_count", MAYBE, 0, COUNT_MAX),
	{ "dirty_paths", JSON_ARRAY, 0, .each = JSON_STRING },
	NUMBER("ahead_count", NULLABLE, 0, COUNT_MAX),
	NUMBER("behind_count", NULLABLE, 0, COUNT_MAX),
	{ "change", JSON_OBJECT, NULLABLE, .members = change_facts_shape },
	{ "collisions", JSON_ARRAY, NEED, .each = JSON_OBJECT,
	    .each_members = collision_shape },
	{ "unsafe", JSON_ARRAY, NEED, .each = JSON_OBJECT },
	{ 0 },
};

static const char *const pressures[] = { "none", "low", "high", "critical",
	NULL };

static const struct shape resources_shape[] = {
	{ "class", JSON_STRING, NEED, .words = pressures },
	PLAIN("reason", JSON_STRING, MAYBE),
	{ 0 },
};

static const struct shape probe_shape[] = {
	{ "repos", JSON_ARRAY, NEED, .each = JSON_OBJECT,
	    .each_members = probe_repo_shape },
	{ "resources", JSON_OBJECT, NEED, .members = resources_shape },
	PLAIN("offline", JSON_BOOL, NEED),
	{ 0 },
};

static const struct shape bad_shape[] = {
	{ "oid", JSON_STRING, NULLABLE, OID },
	PLAIN("code", JSON_STRING, MAYBE),
	{ 0 },
};

static const struct shape hold_shape[] = {
	PLAIN("why", JSON_STRING, NULLABLE),
	PLAIN("author", JSON_STRING, NULLABLE),
	{ "expires_at", JSON_STRING, NULLABLE, INSTANT },
	{ 0 },
};

static const struct shape known_repo_shape[] = {
	{ "repo_key", JSON_STRING, NEED, KEY },
	PLAIN("reason", JSON_STRING, NULLABLE),
	PLAIN("code", JSON_STRING, NULLABLE),
	PLAIN("recommendation", JSON_STRING, NULLABLE),
	PLAIN("branch", JSON_STRING, NULLABLE),
	{ "head", JSON_STRING, NULLABLE, OID },
	{ "tip", JSON_STRING, NULLABLE, OID },
	{ "tip_seen_at", JSON_STRING, NULLABLE, INSTANT },
	PLAIN("text", JSON_STRING, NULLABLE),
	{ "last_failure_at", JSON_STRING, NULLABLE, INSTANT },
	NUMBER("failure_streak_count", NEED, 0, COUNT_MAX),
	{ "bad_commits", JSON_ARRAY, NEED, .each = JSON_OBJECT,
	    .each_members = bad_shape },
	{ "holds", JSON_ARRAY, NEED, .each = JSON_OBJECT,
	    .each_members = hold_shape },
	{ 0 },
};

static const struct shape wide_hold_shape[] = {
	{ "subject", JSON_STRING, NEED, TEXT },
	PLAIN("why", JSON_STRING, NULLABLE),
	PLAIN("author", JSON_STRING, NULLABLE),
	{ "expires_at", JSON_STRING, NULLABLE, INSTANT },
	{ 0 },
};

static const struct shape state_shape[] = {
	{ "holds", JSON_ARRAY, 0, .each = JSON_OBJECT,
	    .each_members = wide_hold_shape },
	{ "repos", JSON_ARRAY, NEED, .each = JSON_OBJECT,
	    .each_members = known_repo_shape },
	{ 0 },
};

static const struct shape learned_repo_shape[] = {
	{ "repo_key", JSON_STRING, NEED, KEY },
	NUMBER("failure_permille", 0, 0, 1000),
	NUMBER("rollback_permille", 0, 0, 1000),
	NUMBER("confidence_permille", 0, 0, 1000),
	NUMBER("failure_count", 0, 0, COUNT_MAX),
	{ "risk_hours", JSON_ARRAY, 0, .each = JSON_NUMBER },
	{ 0 },
};

static const struct shape signal_shape[] = {
	{ "url", JSON_STRING, NEED, TEXT },
	PLAIN("degraded", JSON_BOOL, NEED),
	{ "since_at", JSON_STRING, NEED, INSTANT },
	{ 0 },
};

static const struct shape intelligence_shape[] = {
	{ "remotes", JSON_ARRAY, 0, .each = JSON_OBJECT,
	    .each_members = signal_shape },
	{ "repos", JSON_ARRAY, 0, .each = JSON_OBJECT,
	    .each_members = learned_repo_shape },
	{ 0 },
};

static const struct shape health_url_shape[] = {
	{ "url", JSON_STRING, NEED, TEXT },
	NUMBER("good_count", NEED, 0, COUNT_MAX),
	NUMBER("bad_count", NEED, 0, COUNT_MAX),
	{ 0 },
};

static const struct shape health_shape[] = {
	{ "remotes", JSON_ARRAY, NEED, .each = JSON_OBJECT,
	    .each_members = health_url_shape },
	{ 0 },
};

static const struct shape point_shape[] = {
	PLAIN("branch", JSON_STRING, NULLABLE),
	{ "before", JSON_STRING, NEED, OID },
	{ "after", JSON_STRING, NEED, OID },
	{ 0 },
};

static const struct shape taken_repo_shape[] = {
	{ "repo_key", JSON_STRING, NEED, KEY },
	{ "points", JSON_ARRAY, 0, .each = JSON_OBJECT,
	    .each_members = point_shape },
	{ 0 },
};

static const struct shape rollback_shape[] = {
	{ "repos", JSON_ARRAY, 0, .each = JSON_OBJECT,
	    .each_members = taken_repo_shape },
	{ 0 },
};

static const struct shape memory_shape[] = {
	{ "state", JSON_OBJECT, NULLABLE, .members = state_shape },
	{ "intelligence", JSON_OBJECT, MAYBE, .members = intelligence_shape },
	{ "rollback", JSON_OBJECT, MAYBE, .members = rollback_shape },
	{ "remote_health", JSON_OBJECT, MAYBE, .members = health_shape },
	{ 0 },
};

/* Who puts the member there, for the one who has to run it. */
static const struct {
	const char *name;
	const struct shape *members;
} parts[] = {
	{ "cycle", cycle_shape },
	{ "policy", policy_shape },
	{ "fleet", fleet_shape },
	{ "memory", memory_shape },
	{ "probe", probe_shape },
};

static int
check_part(struct doc *doc, const char *name, const struct shape *members,
    struct err *err)
{
	const struct json *part = doc_get(doc, name);
	char place[64];

	snprintf(place, sizeof(place), "%s: %s", doc->place, name);
	if (!part)
		return err_set(err, EX_DATAERR,
		    "%s: missing: run hermes-probe first", place);

	return shape_check(part, members, 0, place, EX_DATAERR, err);
}

int
shapes_check(struct doc *doc, struct err *err)
{
	size_t i;

	if (doc_is(doc, "hermes.cycle/1", err) == -1)
		return -1;
	for (i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (check_part(doc, parts[i].name, parts[i].members, err) == -1)
			return -1;

	return 0;
}
