#include "shapes.h"
#include "base/alloc.h"
#include "base/map.h"
#include "git/lib.h"
#include "json/shape.h"
#include "model/fleet.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ARGV_BYTES_MAX 4096
#define TIMEOUT_MAX_S 86400

static const char *const verdicts[] = { "GO", "NO-GO", NULL };
static const char *const places[] = { "canary", "health", NULL };
static const char *const needs[] = { "required", "wanted", NULL };
static const char *const roles[] = { "primary", "origin", "mirror", "cache",
	"fallback", NULL };
static const char *const advices[] = { "upgrade", "canary", "defer", "block",
	"none", NULL };
static const char *const strategies[] = { "none", "fast-forward",
	"canary-fast-forward", "ref-only", "rollback", "manual", NULL };

static bool
is_oid(const char *text)
{
	return strlen(text) == OID_SIZE - 1 &&
	       strspn(text, "0123456789abcdef") == OID_SIZE - 1;
}

/* Absolute, and no part of it leads up. */
static bool
is_path(const char *text)
{
	const char *at = text;

	if (*text != '/' || strlen(text) >= 4096)
		return false;
	while ((at = strstr(at, "/..")) != NULL) {
		at += 3;
		if (*at == '/' || *at == '\0')
			return false;
	}

	return true;
}

static bool
is_filled(const char *text)
{
	return *text != '\0';
}

#define KEY                                                                    \
	{                                                                      \
		.name = "repo_key", .type = JSON_STRING, .flags = SHAPE_NEED,  \
		.valid = fleet_key_valid, .wanted = "a repo_key"               \
	}
#define OID(NAME)                                                              \
	{                                                                      \
		.name = NAME, .type = JSON_STRING,                             \
		.flags = SHAPE_NEED | SHAPE_NULL, .valid = is_oid,             \
		.wanted = "40 hex digits"                                      \
	}
#define PATH(NAME, FLAGS)                                                      \
	{                                                                      \
		.name = NAME, .type = JSON_STRING, .flags = FLAGS,             \
		.valid = is_path, .wanted = "an absolute path"                 \
	}
#define WORD(NAME, FLAGS, WORDS)                                               \
	{                                                                      \
		.name = NAME, .type = JSON_STRING, .flags = FLAGS,             \
		.words = WORDS                                                 \
	}
#define NUMBER(NAME, FLAGS, LEAST, MOST)                                       \
	{                                                                      \
		.name = NAME, .type = JSON_NUMBER, .flags = FLAGS,             \
		.min = LEAST, .max = MOST                                      \
	}
#define LIST(NAME, MEMBERS)                                                    \
	{                                                                      \
		.name = NAME, .type = JSON_ARRAY, .flags = SHAPE_NEED,         \
		.each = JSON_OBJECT, .each_members = MEMBERS                   \
	}

static const struct shape key_row = { "", JSON_STRING, .valid = fleet_key_valid,
	.wanted = "a repo_key" };
static const struct shape argument_row = { "", JSON_STRING, .valid = is_filled,
	.wanted = "an argument" };

static const struct shape check_shape[] = {
	{ "argv", JSON_ARRAY, SHAPE_NEED, .each = JSON_STRING,
	    .each_text = &argument_row },
	WORD("at", SHAPE_NEED, places),
	WORD("need", SHAPE_NEED, needs),
	NUMBER("timeout_s", SHAPE_NEED, 1, TIMEOUT_MAX_S),
	{ 0 },
};
static const struct shape policy_shape[] = {
	NUMBER("keep_rollbacks", 0, 1, 10000),
	NUMBER("lease_ttl_ms", 0, 1000, 86400000),
	{ 0 },
};
static const struct shape fleet_repo_shape[] = {
	KEY,
	PATH("path", SHAPE_NEED),
	{ "depends_on", JSON_ARRAY, .each = JSON_STRING,
	    .each_text = &key_row },
	{ .name = "policy", .type = JSON_OBJECT, .members = policy_shape },
	{ "checks", JSON_ARRAY, .each = JSON_OBJECT,
	    .each_members = check_shape },
	{ 0 },
};
static const struct shape fleet_shape[] = {
	LIST("repos", fleet_repo_shape),
	{ 0 },
};
static const struct shape endpoint_shape[] = {
	{ .name = "name", .type = JSON_STRING, .flags = SHAPE_NULL },
	{ .name = "url", .type = JSON_STRING, .flags = SHAPE_NULL },
	WORD("role", SHAPE_NULL, roles),
	{ 0 },
};
static const struct shape upstream_shape[] = {
	{ .name = "ref", .type = JSON_STRING, .flags = SHAPE_NEED },
	{ 0 },
};
static const struct shape ref_shape[] = {
	{ .name = "name", .type = JSON_STRING, .flags = SHAPE_NEED },
	{ .name = "oid",
	    .type = JSON_STRING,
	    .flags = SHAPE_NEED,
	    .valid = is_oid,
	    .wanted = "40 hex digits" },
	{ 0 },
};
static const struct shape probe_repo_shape[] = {
	KEY,
	PATH("staging", SHAPE_NULL),
	{ "upstream", JSON_OBJECT, SHAPE_NULL, .members = upstream_shape },
	{ "tags", JSON_ARRAY, .each = JSON_OBJECT, .each_members = ref_shape },
	{ "refs", JSON_ARRAY, .each = JSON_OBJECT, .each_members = ref_shape },
	{ "endpoint", JSON_OBJECT, SHAPE_NULL, .members = endpoint_shape },
	{ 0 },
};
static const struct shape probe_shape[] = {
	LIST("repos", probe_repo_shape),
	{ 0 },
};
static const struct shape plan_repo_shape[] = {
	KEY,
	WORD("recommendation", SHAPE_NEED, advices),
	WORD("strategy", SHAPE_NEED, strategies),
	{ .name = "branch", .type = JSON_STRING, .flags = SHAPE_NULL },
	OID("before"),
	OID("target"),
	{ 0 },
};
static const struct shape plan_shape[] = {
	NUMBER("lane_count", SHAPE_NEED, 0, 64),
	LIST("repos", plan_repo_shape),
	{ 0 },
};
static const struct shape reservation_shape[] = {
	KEY,
	{ .name = "granted", .type = JSON_BOOL, .flags = SHAPE_NEED },
	NUMBER("token", SHAPE_NEED, 0, JSON_INT_MAX),
	NUMBER("lane", SHAPE_NULL, 0, JSON_INT_MAX),
	NUMBER("turn", SHAPE_NULL, 0, JSON_INT_MAX),
	{ 0 },
};
static const struct shape lease_shape[] = {
	{ .name = "holder",
	    .type = JSON_OBJECT,
	    .flags = SHAPE_NEED | SHAPE_NULL },
	LIST("reservations", reservation_shape),
	{ 0 },
};
static const struct shape gate_repo_shape[] = {
	KEY,
	WORD("verdict", SHAPE_NEED, verdicts),
	{ 0 },
};
static const struct shape gate_shape[] = {
	LIST("repos", gate_repo_shape),
	{ .name = "seal", .type = JSON_STRING, .flags = SHAPE_NEED },
	{ 0 },
};

static const struct {
	const char *name, *list;
	const struct shape *table;
} members[] = {
	{ "policy", NULL, policy_shape },
	{ "fleet", "repos", fleet_shape },
	{ "probe", "repos", probe_shape },
	{ "plan", "repos", plan_shape },
	{ "lease", "reservations", lease_shape },
	{ "gate", "repos", gate_shape },
};

static int
check_keys(const struct json *list, const char *place, struct err *err)
{
	struct map seen = { 0 };
	const struct json *at;
	const char *key;
	size_t i = 0;
	int rc = 0;

	for (at = json_first(list); rc == 0 && at != NULL; at = json_next(at)) {
		key = json_get_text(at, "repo_key");
		if (map_put(&seen, key, (void *)at) != NULL)
			rc = err_set(err, EX_DATAERR,
			    "%s[%zu].repo_key: \"%s\" is there before", place,
			    i, key);
		i++;
	}
	map_clear(&seen);

	return rc;
}

static int
check_member(struct doc *doc, size_t i, struct err *err)
{
	const char *name = members[i].name;
	const struct json *member = doc_need(doc, name, err);
	char *place;
	int rc;

	if (member == NULL || shape_check(member, members[i].table, 0, name,
				  EX_DATAERR, err) == -1)
		return -1;
	if (members[i].list == NULL)
		return 0;
	place = xasprintf("%s.%s", name, members[i].list);
	rc = check_keys(json_get(member, members[i].list), place, err);
	free(place);

	return rc;
}

/* A token is one lease's: two reservations would be one journal. */
static int
check_tokens(const struct json *list, struct err *err)
{
	char(*texts)[24] = xcalloc(json_count(list) + 1, sizeof(*texts));
	struct map seen = { 0 };
	const struct json *at;
	int64_t token;
	size_t i = 0;
	int rc = 0;

	for (at = json_first(list); rc == 0 && at != NULL; at = json_next(at)) {
		token = json_get_int(at, "token", 0);
		snprintf(texts[i], sizeof(texts[i]), "%" PRId64, token);
		if (token != 0 && map_put(&seen, texts[i], (void *)at) != NULL)
			rc = err_set(err, EX_DATAERR,
			    "lease.reservations[%zu].token: %s is there before",
			    i, texts[i]);
		i++;
	}
	map_clear(&seen);
	free(texts);

	return rc;
}

static int
check_argv(const struct json *argv, const char *key, struct err *err)
{
	const struct json *word;
	size_t len = 0;

	for (word = json_first(argv); word != NULL; word = json_next(word))
		len += strlen(json_text(word)) + 1;
	if (len > 0 && len <= ARGV_BYTES_MAX)
		return 0;

	return err_set(err, EX_DATAERR, "fleet.repos: %s: checks: argv: %s",
	    key,
	    len == 0 ? "expected a program, found none"
		     : "longer than 4096 bytes");
}

static int
check_checks(const struct json *repos, struct err *err)
{
	const struct json *repo, *check;

	for (repo = json_first(repos); repo != NULL; repo = json_next(repo))
		for (check = json_first(json_get(repo, "checks"));
		     check != NULL; check = json_next(check))
			if (check_argv(json_get(check, "argv"),
				json_get_text(repo, "repo_key"), err) == -1)
				return -1;

	return 0;
}

int
shapes_check(struct doc *doc, struct err *err)
{
	size_t i;

	for (i = 0; i < sizeof(members) / sizeof(*members); i++)
		if (check_member(doc, i, err) == -1)
			return -1;
	if (check_tokens(json_get(doc_get(doc, "lease"), "reservations"),
		err) == -1)
		return -1;

	return check_checks(json_get(doc_get(doc, "fleet"), "repos"), err);
}
