#include "model/parts.h"
#include "base/alloc.h"
#include "json/shape.h"
#include "json/strict.h"
#include "model/cycle.h"
#include <stdlib.h>
#include <string.h>

/* Rows: needed, and judged (may be null or absent). */
#define NEED(NAME, TYPE)                                                       \
	{                                                                      \
		.name = NAME, .type = TYPE, .flags = SHAPE_NEED                \
	}
#define KNOWN(NAME, TYPE)                                                      \
	{                                                                      \
		.name = NAME, .type = TYPE, .flags = SHAPE_NULL                \
	}
#define COUNT(NAME, FLAGS)                                                     \
	{                                                                      \
		.name = NAME, .type = JSON_NUMBER, .flags = FLAGS, .min = 0,   \
		.max = JSON_INT_MAX                                            \
	}
#define TEXTS(NAME, FLAGS)                                                     \
	{                                                                      \
		.name = NAME, .type = JSON_ARRAY, .flags = FLAGS,              \
		.each = JSON_STRING                                            \
	}
#define ROWS(NAME, FLAGS, SHAPE)                                               \
	{                                                                      \
		.name = NAME, .type = JSON_ARRAY, .flags = FLAGS,              \
		.each = JSON_OBJECT, .each_members = SHAPE                     \
	}
#define PART(NAME, FLAGS, SHAPE)                                               \
	{                                                                      \
		.name = NAME, .type = JSON_OBJECT, .flags = FLAGS,             \
		.members = SHAPE                                               \
	}

static const struct shape policy_shape[] = {
	KNOWN("digest", JSON_STRING),
	{ .name = "lease_ttl_ms",
	    .type = JSON_NUMBER,
	    .flags = SHAPE_NEED,
	    .min = 1000,
	    .max = 86400000 },
	COUNT("max_lanes", SHAPE_NEED),
	NEED("remote_budgets", JSON_OBJECT),
	KNOWN("require_signature", JSON_STRING),
	{ 0 },
};

static const struct shape override_shape[] = {
	KNOWN("require_signature", JSON_STRING),
	{ 0 },
};

static const struct shape fleet_repo_shape[] = {
	NEED("repo_key", JSON_STRING),
	TEXTS("depends_on", SHAPE_NEED),
	TEXTS("after", SHAPE_NEED),
	PART("policy", SHAPE_NULL, override_shape),
	{ 0 },
};

static const struct shape fleet_shape[] = {
	ROWS("repos", SHAPE_NEED, fleet_repo_shape),
	{ 0 },
};

static const struct shape ledger_shape[] = {
	KNOWN("verified", JSON_BOOL),
	KNOWN("seq", JSON_NUMBER),
	KNOWN("hash", JSON_STRING),
	{ 0 },
};

static const struct shape state_repo_shape[] = {
	NEED("repo_key", JSON_STRING),
	KNOWN("endpoint_role", JSON_STRING),
	{ 0 },
};

static const struct shape state_shape[] = {
	KNOWN("hash", JSON_STRING),
	COUNT("last_token", SHAPE_NULL),
	ROWS("repos", SHAPE_NULL, state_repo_shape),
	{ 0 },
};

static const struct shape memory_shape[] = {
	PART("ledger", SHAPE_NULL, ledger_shape),
	PART("state", SHAPE_NULL, state_shape),
	KNOWN("leases", JSON_OBJECT),
	{ 0 },
};

static const struct shape member_shape[] = {
	NEED("url", JSON_STRING),
	NEED("role", JSON_STRING),
	KNOWN("host", JSON_STRING),
	KNOWN("class", JSON_STRING),
	KNOWN("tip", JSON_STRING),
	{ 0 },
};

static const struct shape change_shape[] = {
	COUNT("file_count", SHAPE_NULL),
	COUNT("new_bytes", SHAPE_NULL),
	{ 0 },
};

static const struct shape unsafe_shape[] = {
	KNOWN("path", JSON_STRING),
	KNOWN("kind", JSON_STRING),
	{ 0 },
};

static const struct shape probe_repo_shape[] = {
	NEED("repo_key", JSON_STRING),
	KNOWN("reason", JSON_STRING),
	KNOWN("common_dir", JSON_STRING),
	KNOWN("branch", JSON_STRING),
	KNOWN("branch_oid", JSON_STRING),
	ROWS("endpoints", SHAPE_NEED, member_shape),
	PART("endpoint", SHAPE_NULL, member_shape),
	KNOWN("tip", JSON_STRING),
	KNOWN("tip_known", JSON_BOOL),
	COUNT("ahead_count", SHAPE_NULL),
	PART("change", SHAPE_NULL, change_shape),
	ROWS("unsafe", SHAPE_NULL, unsafe_shape),
	COUNT("free_bytes", SHAPE_NULL),
	COUNT("free_inode_count", SHAPE_NULL),
	{ 0 },
};

static const struct shape probe_shape[] = {
	ROWS("repos", SHAPE_NEED, probe_repo_shape),
	{ 0 },
};

static const struct shape endpoint_shape[] = {
	NEED("role", JSON_STRING),
	NEED("url", JSON_STRING),
	{ 0 },
};

static const struct shape chain_shape[] = {
	KNOWN("repo_key", JSON_STRING),
	{ 0 },
};

static const struct shape plan_repo_shape[] = {
	NEED("repo_key", JSON_STRING),
	NEED("recommendation", JSON_STRING),
	NEED("strategy", JSON_STRING),
	KNOWN("branch", JSON_STRING),
	KNOWN("before", JSON_STRING),
	KNOWN("target", JSON_STRING),
	PART("endpoint", SHAPE_NULL, endpoint_shape),
	KNOWN("reason", JSON_STRING),
	TEXTS("reasons", SHAPE_NEED),
	COUNT("depth", SHAPE_NEED),
	COUNT("place", SHAPE_NEED),
	ROWS("chain", SHAPE_NEED, chain_shape),
	{ 0 },
};

static const struct shape queue_shape[] = {
	NEED("repo_key", JSON_STRING),
	COUNT("lane", SHAPE_NEED),
	COUNT("turn", SHAPE_NEED),
	{ 0 },
};

static const struct shape plan_shape[] = {
	KNOWN("policy_digest", JSON_STRING),
	KNOWN("decision_hash", JSON_STRING),
	COUNT("lane_count", SHAPE_NULL),
	ROWS("repos", SHAPE_NEED, plan_repo_shape),
	ROWS("queue", SHAPE_NEED, queue_shape),
	{ 0 },
};

static const struct shape reservation_shape[] = {
	NEED("repo_key", JSON_STRING),
	NEED("granted", JSON_BOOL),
	COUNT("token", SHAPE_NEED),
	KNOWN("code", JSON_STRING),
	KNOWN("detail", JSON_STRING),
	COUNT("lane", SHAPE_NULL),
	COUNT("turn", SHAPE_NULL),
	{ 0 },
};

static const struct shape lease_shape[] = {
	KNOWN("holder", JSON_OBJECT),
	ROWS("reservations", SHAPE_NEED, reservation_shape),
	{ 0 },
};

static const struct shape node_shape[] = {
	NEED("id", JSON_STRING),
	NEED("type", JSON_STRING),
	KNOWN("label", JSON_STRING),
	{ 0 },
};

static const struct shape edge_shape[] = {
	NEED("from", JSON_STRING),
	NEED("to", JSON_STRING),
	NEED("type", JSON_STRING),
	{ 0 },
};

static const struct shape federation_shape[] = {
	NEED("repo_key", JSON_STRING),
	PART("selected", SHAPE_NULL, endpoint_shape),
	{ 0 },
};

static const struct shape topo_shape[] = {
	ROWS("nodes", SHAPE_NEED, node_shape),
	ROWS("edges", SHAPE_NEED, edge_shape),
	ROWS("federations", SHAPE_NEED, federation_shape),
	{ 0 },
};

static const struct part {
	const char *name;
	const struct shape *shape;
} parts[] = {
	{ "policy", policy_shape },
	{ "fleet", fleet_shape },
	{ "memory", memory_shape },
	{ "probe", probe_shape },
	{ "plan", plan_shape },
	{ "lease", lease_shape },
	{ "topo", topo_shape },
};

static const struct shape *
shape_of(const char *name)
{
	size_t i = 0;

	while (strcmp(parts[i].name, name))
		i++;

	return parts[i].shape;
}

static int
check_part(struct doc *doc, const char *name, struct err *err)
{
	const struct json *part;
	struct cycle cycle;
	char *place;
	int rc;

	if (!strcmp(name, "cycle"))
		return cycle_get(doc, &cycle, err);
	part = doc_need(doc, name, err);
	if (!part)
		return -1;
	place = xasprintf("%s: %s", doc->place, name);
	rc = shape_check(part, shape_of(name), 0, place, EX_DATAERR, err);
	free(place);

	return rc;
}

int
parts_check(struct doc *doc, const char *const *names, struct err *err)
{
	if (doc_is(doc, "hermes.cycle/1", err) == -1)
		return -1;
	for (; *names; names++)
		if (check_part(doc, *names, err) == -1)
			return -1;

	return 0;
}

void
parts_index(struct map *map, const struct json *rows)
{
	const struct json *row;

	for (row = json_first(rows); row; row = json_next(row))
		map_put(map, json_get_text(row, "repo_key"), (void *)row);
}

const struct json *
parts_list(struct doc *doc, const char *name, const char *list)
{
	return json_get(doc_get(doc, name), list);
}
