#include "model/policy.h"
#include "base/alloc.h"
#include "model/window.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define YEAR_S (366 * 86400)
#define BUDGET_DEFAULT 4
#define BUDGET_MAX 64

static bool
zone_valid(const char *text)
{
	const char *c;

	for (c = text; *c != '\0'; c++)
		if (!isalnum((unsigned char)*c) && strchr("_+-/", *c) == NULL)
			return false;

	return *text != '\0' && *text != '/';
}

static bool
glob_valid(const char *text)
{
	const char *c;

	for (c = text; *c != '\0'; c++)
		if ((unsigned char)*c < ' ')
			return false;

	return *text != '\0';
}

static bool
protocol_valid(const char *text)
{
	return url_protocol(text) != 0;
}

/* To be opened as it stands, from any folder. */
static bool
keys_valid(const char *text)
{
	const char *c;

	for (c = text; *c != '\0'; c++)
		if (iscntrl((unsigned char)*c))
			return false;

	return *text == '/';
}

#define NUMBER(member, least, most)                                            \
	{                                                                      \
		.name = member, .type = JSON_NUMBER, .min = least, .max = most \
	}
#define PLAIN(member, kind)                                                    \
	{                                                                      \
		.name = member, .type = kind                                   \
	}
#define TEXT(member, check, expected)                                          \
	{                                                                      \
		.name = member, .type = JSON_STRING, .valid = check,           \
		.wanted = expected                                             \
	}
#define LIST(member, row)                                                      \
	{                                                                      \
		.name = member, .type = JSON_ARRAY, .each = JSON_STRING,       \
		.each_text = row                                               \
	}

#define KEYS(member)                                                           \
	{                                                                      \
		.name = member, .type = JSON_STRING, .flags = SHAPE_NULL,      \
		.valid = keys_valid, .wanted = "an absolute path or null"      \
	}

static const struct shape weights_shape[] = {
	NUMBER("change", 0, 1000),
	NUMBER("paths", 0, 1000),
	NUMBER("failures", 0, 1000),
	NUMBER("rollbacks", 0, 1000),
	NUMBER("remote", 0, 1000),
	NUMBER("hour", 0, 1000),
	NUMBER("dependants", 0, 1000),
	{ 0 },
};

static const struct shape risk_shape[] = {
	NUMBER("canary_from_permille", 0, 1000),
	NUMBER("block_from_permille", 0, 1000),
	NUMBER("band_permille", 0, 1000),
	{ "weights", JSON_OBJECT, SHAPE_CLOSED, .members = weights_shape },
	{ 0 },
};

static const struct shape window_shape[] = {
	TEXT("allow", window_valid, WINDOW_WANTED),
	TEXT("deny", window_valid, WINDOW_WANTED),
	TEXT("time_zone", zone_valid, "a time zone as \"Europe/Berlin\""),
	{ 0 },
};

static const struct shape glob_row = TEXT("", glob_valid, "a glob");

static const struct shape protocol_row =
    TEXT("", protocol_valid, "one of file, git, http, https, ssh");

static const char *const mirror_words[] = { "defer", "accept", NULL };

const struct shape policy_own_shape[] = {
	{ "risk", JSON_OBJECT, SHAPE_CLOSED, .members = risk_shape },
	{ "windows", JSON_ARRAY, SHAPE_CLOSED, .each = JSON_OBJECT,
	    .each_members = window_shape },
	LIST("sensitive_paths", &glob_row),
	NUMBER("min_age_s", 0, YEAR_S),
	NUMBER("cooldown_s", 0, YEAR_S),
	NUMBER("cooldown_max_s", 0, YEAR_S),
	NUMBER("evidence_max_age_s", 0, YEAR_S),
	{ "mirror_ahead", JSON_STRING, 0, .words = mirror_words },
	{ "require_signature", JSON_STRING, 0, .words = signature_words },
	KEYS("allowed_signers"),
	KEYS("keyring"),
	PLAIN("rollback_dependants", JSON_BOOL),
	NUMBER("keep_rollbacks", 1, 10000),
	{ 0 },
};

static const char *const schemas[] = { "hermes.policy/1", NULL };

static const struct shape policy_shape[] = {
	{ "schema", JSON_STRING, SHAPE_NEED, .words = schemas },
	PLAIN("digest", JSON_STRING),
	NUMBER("max_lanes", 1, 64),
	NUMBER("probe_workers", 1, 256),
	NUMBER("probe_deadline_ms", 100, 3600000),
	NUMBER("lease_ttl_ms", 1000, 86400000),
	PLAIN("remote_budgets", JSON_OBJECT),
	{ "risk", JSON_OBJECT, SHAPE_CLOSED, .members = risk_shape },
	{ "windows", JSON_ARRAY, SHAPE_CLOSED, .each = JSON_OBJECT,
	    .each_members = window_shape },
	LIST("sensitive_paths", &glob_row),
	NUMBER("min_age_s", 0, YEAR_S),
	NUMBER("cooldown_s", 0, YEAR_S),
	NUMBER("cooldown_max_s", 0, YEAR_S),
	NUMBER("evidence_max_age_s", 0, YEAR_S),
	{ "mirror_ahead", JSON_STRING, 0, .words = mirror_words },
	{ "require_signature", JSON_STRING, 0, .words = signature_words },
	KEYS("allowed_signers"),
	KEYS("keyring"),
	PLAIN("rollback_dependants", JSON_BOOL),
	NUMBER("keep_rollbacks", 1, 10000),
	LIST("protocols", &protocol_row),
	NUMBER("keep_cycles", 1, 10000),
	PLAIN("zones", JSON_ARRAY),
	{ 0 },
};

void
policy_windows_read(struct policy_windows *windows, const struct json *array)
{
	const struct json *at;
	struct policy_window *window;
	const char *text;

	for (at = json_first(array); at != NULL; at = json_next(at)) {
		windows->items = xgrow(windows->items, windows->count,
		    &windows->cap, sizeof(*windows->items));
		window = &windows->items[windows->count++];
		text = json_get_text(at, "deny");
		window->deny = text != NULL;
		if (text == NULL)
			text = json_get_text(at, "allow");
		window->text = xstrdup(text);
		text = json_get_text(at, "time_zone");
		window->time_zone = xstrdup(text == NULL ? "UTC" : text);
	}
}

void
policy_windows_clear(struct policy_windows *windows)
{
	size_t i;

	for (i = 0; i < windows->count; i++) {
		free(windows->items[i].text);
		free(windows->items[i].time_zone);
	}
	free(windows->items);
	*windows = (struct policy_windows){ 0 };
}

/* Each window says one of the two. */
static int
windows_check(const struct json *array, const char *place, struct err *err)
{
	const struct json *at;
	bool allow, deny;
	int i = 0;

	for (at = json_first(array); at != NULL; at = json_next(at), i++) {
		allow = json_get(at, "allow") != NULL;
		deny = json_get(at, "deny") != NULL;
		if (allow == deny)
			return err_set(err, EX_CONFIG,
			    "%swindows[%d]: expected allow or deny, found %s",
			    place, i, allow ? "both" : "none");
	}

	return 0;
}

/* Overlay `risk` with what `object` holds. */
static void
risk_read(struct risk_policy *risk, const struct json *object)
{
	const struct json *weights = json_get(object, "weights");
	enum risk_part i;

	risk->canary_from_permille = (int)json_get_int(object,
	    "canary_from_permille", risk->canary_from_permille);
	risk->block_from_permille = (int)json_get_int(object,
	    "block_from_permille", risk->block_from_permille);
	risk->band_permille =
	    (int)json_get_int(object, "band_permille", risk->band_permille);
	for (i = 0; i < RISK_PART_COUNT; i++)
		risk->weights[i] = (int)json_get_int(weights, risk_part_name(i),
		    risk->weights[i]);
}

static int
risk_check(const struct risk_policy *risk, const char *place, struct err *err)
{
	if (risk->block_from_permille >= risk->canary_from_permille)
		return 0;

	return err_set(err, EX_CONFIG,
	    "%srisk.block_from_permille: expected %d (canary_from_permille) "
	    "or more, found %d",
	    place, risk->canary_from_permille, risk->block_from_permille);
}

/* Who wants signatures says whose. */
static int
signature_check(const struct json *object, const struct signature_rule *base,
    const char *place, struct err *err)
{
	struct signature_rule rule;

	signature_rule_make(&rule, base, object);
	if (!signature_wanted(&rule) || rule.allowed_signers || rule.keyring)
		return 0;

	return err_set(err, EX_CONFIG,
	    "%srequire_signature: %s: expected allowed_signers or keyring "
	    "beside it, found none",
	    place, rule.want);
}

static int
own_check(const struct json *object, struct risk_policy *risk,
    const struct signature_rule *rule, const char *place, struct err *err)
{
	risk_read(risk, json_get(object, "risk"));
	if (risk_check(risk, place, err) == -1 ||
	    signature_check(object, rule, place, err) == -1)
		return -1;

	return windows_check(json_get(object, "windows"), place, err);
}

int
policy_own_check(const struct json *object, const struct policy *base,
    const char *place, struct err *err)
{
	struct signature_rule rule = policy_signature(base);
	struct risk_policy risk = base->risk;
	char *dotted = xasprintf("%s.", place);
	int rc = own_check(object, &risk, &rule, dotted, err);

	free(dotted);

	return rc;
}

static void
policy_default(struct policy *policy)
{
	enum risk_part i;

	*policy = (struct policy){ .max_lanes = 4,
		.probe_workers = 32,
		.probe_deadline_ms = 20000,
		.lease_ttl_ms = 900000,
		.risk = { .canary_from_permille = 300,
		    .block_from_permille = 800,
		    .band_permille = 50 },
		.cooldown_s = 3600,
		.cooldown_max_s = 86400,
		.evidence_max_age_s = 7 * 86400,
		.mirror_ahead = mirror_words[0],
		.require_signature = signature_words[0],
		.protocols = URL_HTTPS | URL_SSH | URL_FILE,
		.keep_rollbacks = 10,
		.keep_cycles = 30 };
	for (i = 0; i < RISK_PART_COUNT; i++)
		policy->risk.weights[i] = risk_default_weight(i);
}

static int
by_host(const void *a, const void *b)
{
	const struct policy_budget *one = a, *two = b;

	return strcmp(one->host, two->host);
}

static void
budget_add(struct policy *policy, size_t *cap, const char *host, int64_t count)
{
	struct policy_budget *budget;
	char *c;

	policy->budgets = xgrow(policy->budgets, policy->budget_count, cap,
	    sizeof(*policy->budgets));
	budget = &policy->budgets[policy->budget_count++];
	budget->host = xstrdup(host);
	budget->count = count;
	for (c = budget->host; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
}

static int
budgets_read(struct policy *policy, const struct json *object,
    const char *place, struct err *err)
{
	const struct json *at;
	size_t cap = 0;
	bool note, otherwise = false;

	for (at = json_first(object); at != NULL; at = json_next(at)) {
		note = strcmp(json_name(at), "note") == 0;
		if (note && json_type(at) == JSON_STRING)
			continue;
		if (json_int(at, 0) < 1 || json_int(at, 0) > BUDGET_MAX)
			return err_set(err, EX_CONFIG,
			    "%sremote_budgets.%.80s: expected 1 to %d", place,
			    json_name(at), BUDGET_MAX);
		if (strcmp(json_name(at), "default") == 0)
			otherwise = true;
		budget_add(policy, &cap, json_name(at), json_int(at, 0));
	}
	if (!otherwise)
		budget_add(policy, &cap, "default", BUDGET_DEFAULT);
	qsort(policy->budgets, policy->budget_count, sizeof(*policy->budgets),
	    by_host);

	return 0;
}

static void
protocols_read(struct policy *policy, const struct json *array)
{
	const struct json *at;

	if (array == NULL)
		return;
	policy->protocols = 0;
	for (at = json_first(array); at != NULL; at = json_next(at))
		policy->protocols |= url_protocol(json_text(at));
}

static void
globs_read(struct list *globs, const struct json *array)
{
	const struct json *at;

	for (at = json_first(array); at != NULL; at = json_next(at))
		list_add(globs, json_text(at));
	list_sort(globs);
}

static void
numbers_read(struct policy *policy, const struct json *root)
{
	struct {
		const char *name;
		int64_t *number;
	} rows[] = { { "max_lanes", &policy->max_lanes },
		{ "probe_workers", &policy->probe_workers },
		{ "probe_deadline_ms", &policy->probe_deadline_ms },
		{ "lease_ttl_ms", &policy->lease_ttl_ms },
		{ "min_age_s", &policy->min_age_s },
		{ "cooldown_s", &policy->cooldown_s },
		{ "cooldown_max_s", &policy->cooldown_max_s },
		{ "evidence_max_age_s", &policy->evidence_max_age_s },
		{ "keep_rollbacks", &policy->keep_rollbacks },
		{ "keep_cycles", &policy->keep_cycles } };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		*rows[i].number =
		    json_get_int(root, rows[i].name, *rows[i].number);
}

/* The static text that is `word`, or `otherwise`. */
static const char *
word_read(const char *const *words, const char *word, const char *otherwise)
{
	for (; word && *words != NULL; words++)
		if (strcmp(*words, word) == 0)
			return *words;

	return otherwise;
}

static void
words_read(struct policy *policy, const struct json *root)
{
	struct signature_rule rule = signature_rule_of(root);

	policy->mirror_ahead = word_read(mirror_words,
	    json_get_text(root, "mirror_ahead"), policy->mirror_ahead);
	policy->require_signature =
	    word_read(signature_words, rule.want, policy->require_signature);
	if (rule.allowed_signers)
		policy->allowed_signers = xstrdup(rule.allowed_signers);
	if (rule.keyring)
		policy->keyring = xstrdup(rule.keyring);
}

static int
members_read(struct policy *policy, const struct json *root, const char *place,
    struct err *err)
{
	struct signature_rule rule;

	if (root != NULL && shape_check(root, policy_shape, SHAPE_CLOSED, place,
				EX_CONFIG, err) == -1)
		return -1;
	words_read(policy, root);
	rule = policy_signature(policy);
	if (own_check(root, &policy->risk, &rule, place, err) == -1 ||
	    budgets_read(policy, json_get(root, "remote_budgets"), place,
		err) == -1)
		return -1;
	numbers_read(policy, root);
	policy->rollback_dependants =
	    json_get_bool(root, "rollback_dependants", false);
	protocols_read(policy, json_get(root, "protocols"));
	policy_windows_read(&policy->windows, json_get(root, "windows"));
	globs_read(&policy->sensitive_paths, json_get(root, "sensitive_paths"));

	return 0;
}

int
policy_read(struct policy *policy, const struct json *root, const char *place,
    struct err *err)
{
	char *file = xasprintf("%s: ", place);
	int rc;

	policy_default(policy);
	if ((rc = members_read(policy, root, file, err)) == -1)
		policy_clear(policy);
	free(file);

	return rc;
}

struct signature_rule
policy_signature(const struct policy *policy)
{
	return (struct signature_rule){ policy->require_signature,
		policy->allowed_signers, policy->keyring };
}

int64_t
policy_budget(const struct policy *policy, const char *host)
{
	struct policy_budget key = { .host = (char *)host }, *found;

	found = bsearch(&key, policy->budgets, policy->budget_count,
	    sizeof(key), by_host);
	if (found != NULL)
		return found->count;

	return strcmp(host, "default") == 0 ? BUDGET_DEFAULT
					    : policy_budget(policy, "default");
}

bool
policy_allows(const struct policy *policy, const struct url *url)
{
	return (policy->protocols & url->protocol) != 0;
}

void
policy_clear(struct policy *policy)
{
	size_t i;

	for (i = 0; i < policy->budget_count; i++)
		free(policy->budgets[i].host);
	free(policy->budgets);
	policy_windows_clear(&policy->windows);
	list_clear(&policy->sensitive_paths);
	free(policy->allowed_signers);
	free(policy->keyring);
	*policy = (struct policy){ 0 };
}
