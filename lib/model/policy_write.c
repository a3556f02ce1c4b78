/* The writing half of policy.h. */
#include "base/alloc.h"
#include "json/canon.h"
#include "model/policy.h"
#include <stdlib.h>
#include <string.h>

static void
windows_write(const struct policy_windows *windows, struct jw *jw)
{
	const struct policy_window *window;
	size_t i;

	jw_array(jw, "windows");
	for (i = 0; i < windows->count; i++) {
		window = &windows->items[i];
		jw_object(jw, NULL);
		jw_text(jw, window->deny ? "deny" : "allow", window->text);
		jw_text(jw, "time_zone", window->time_zone);
		jw_end(jw);
	}
	jw_end(jw);
}

static void
risk_write(const struct risk_policy *risk, struct jw *jw)
{
	enum risk_part i;

	jw_object(jw, "risk");
	jw_int(jw, "canary_from_permille", risk->canary_from_permille);
	jw_int(jw, "block_from_permille", risk->block_from_permille);
	jw_int(jw, "band_permille", risk->band_permille);
	jw_object(jw, "weights");
	for (i = 0; i < RISK_PART_COUNT; i++)
		jw_int(jw, risk_part_name(i), risk->weights[i]);
	jw_end(jw);
	jw_end(jw);
}

static void
protocols_write(unsigned protocols, struct jw *jw)
{
	unsigned bit;

	jw_array(jw, "protocols");
	for (bit = URL_FILE; bit <= URL_SSH; bit <<= 1)
		if (protocols & bit)
			jw_text(jw, NULL, url_protocol_name(bit));
	jw_end(jw);
}

static void
members_write(const struct policy *policy, struct jw *jw)
{
	size_t i;

	jw_int(jw, "max_lanes", policy->max_lanes);
	jw_int(jw, "probe_workers", policy->probe_workers);
	jw_int(jw, "probe_deadline_ms", policy->probe_deadline_ms);
	jw_int(jw, "lease_ttl_ms", policy->lease_ttl_ms);
	jw_object(jw, "remote_budgets");
	for (i = 0; i < policy->budget_count; i++)
		jw_int(jw, policy->budgets[i].host, policy->budgets[i].count);
	jw_end(jw);
	risk_write(&policy->risk, jw);
	windows_write(&policy->windows, jw);
	jw_list(jw, "sensitive_paths", &policy->sensitive_paths);
	jw_int(jw, "min_age_s", policy->min_age_s);
	jw_int(jw, "cooldown_s", policy->cooldown_s);
	jw_int(jw, "cooldown_max_s", policy->cooldown_max_s);
	jw_int(jw, "evidence_max_age_s", policy->evidence_max_age_s);
	jw_text(jw, "mirror_ahead", policy->mirror_ahead);
	jw_text(jw, "require_signature", policy->require_signature);
	jw_text(jw, "allowed_signers", policy->allowed_signers);
	jw_text(jw, "keyring", policy->keyring);
	protocols_write(policy->protocols, jw);
	jw_bool(jw, "rollback_dependants", policy->rollback_dependants);
	jw_int(jw, "keep_rollbacks", policy->keep_rollbacks);
	jw_int(jw, "keep_cycles", policy->keep_cycles);
}

static void
whole_write(const struct policy *policy, const char *digest, const char *zones,
    struct buf *out)
{
	struct jw jw;

	jw_init(&jw, out);
	jw_object(&jw, NULL);
	jw_text(&jw, "schema", "hermes.policy/1");
	if (digest != NULL)
		jw_text(&jw, "digest", digest);
	members_write(policy, &jw);
	if (zones != NULL)
		jw_raw(&jw, "zones", zones, strlen(zones));
	jw_end(&jw);
}

void
policy_write(const struct policy *policy, const char *zones, struct buf *out)
{
	char digest[HASH_NAMED_SIZE];
	struct buf bare = { 0 };

	whole_write(policy, NULL, NULL, &bare);
	canon_hash(bare.data, bare.len, digest);
	buf_clear(&bare);
	whole_write(policy, digest, zones == NULL ? "[]" : zones, out);
}

static void
own_list_write(const struct json *array, const char *name, struct jw *jw)
{
	struct list list = { 0 };
	const struct json *at;

	for (at = json_first(array); at != NULL; at = json_next(at))
		list_add(&list, json_text(at));
	list_sort(&list);
	jw_list(jw, name, &list);
	list_clear(&list);
}

static void
own_windows_write(const struct json *array, struct jw *jw)
{
	struct policy_windows windows = { 0 };

	policy_windows_read(&windows, array);
	windows_write(&windows, jw);
	policy_windows_clear(&windows);
}

static void own_members_write(const struct json *object,
    const struct shape *rows, struct jw *jw);

static void
own_member_write(const struct json *value, const struct shape *row,
    struct jw *jw)
{
	if (strcmp(row->name, "windows") == 0) {
		own_windows_write(value, jw);
	} else if (row->type == JSON_ARRAY) {
		own_list_write(value, row->name, jw);
	} else if (row->type == JSON_OBJECT) {
		jw_object(jw, row->name);
		own_members_write(value, row->members, jw);
		jw_end(jw);
	} else {
		jw_value(jw, row->name, value);
	}
}

static void
own_members_write(const struct json *object, const struct shape *rows,
    struct jw *jw)
{
	const struct json *value;

	for (; rows->name != NULL; rows++)
		if ((value = json_get(object, rows->name)) != NULL)
			own_member_write(value, rows, jw);
}

void
policy_own_write(const struct json *object, const char *name, struct jw *jw)
{
	jw_object(jw, name);
	own_members_write(object, policy_own_shape, jw);
	jw_end(jw);
}
