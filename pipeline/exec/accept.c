#include "accept.h"
#include "base/alloc.h"
#include "base/map.h"
#include "json/shape.h"
#include "json/strict.h"
#include "model/cycle.h"
#include "model/fleet.h"
#include "model/seal.h"
#include "proc/host.h"
#include <stdlib.h>
#include <string.h>

static bool
is_oid(const char *text)
{
	return strlen(text) == OID_SIZE - 1 &&
	       strspn(text, "0123456789abcdef") == OID_SIZE - 1;
}

static const char *const verdicts[] = { "GO", "NO-GO", NULL };

static bool
is_absolute(const char *text)
{
	return *text == '/';
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
#define LIST(NAME, MEMBERS)                                                    \
	{                                                                      \
		.name = NAME, .type = JSON_ARRAY, .flags = SHAPE_NEED,         \
		.each = JSON_OBJECT, .each_members = MEMBERS                   \
	}

static const struct shape fleet_repo_shape[] = {
	KEY,
	{ .name = "path",
	    .type = JSON_STRING,
	    .flags = SHAPE_NEED,
	    .valid = is_absolute,
	    .wanted = "an absolute path" },
	{ .name = "depends_on", .type = JSON_ARRAY, .each = JSON_STRING },
	{ .name = "checks", .type = JSON_ARRAY, .each = JSON_OBJECT },
	{ 0 },
};
static const struct shape fleet_shape[] = {
	LIST("repos", fleet_repo_shape),
	{ 0 },
};
static const struct shape probe_repo_shape[] = {
	KEY,
	{ .name = "staging", .type = JSON_STRING, .flags = SHAPE_NULL },
	{ .name = "endpoint", .type = JSON_OBJECT, .flags = SHAPE_NULL },
	{ 0 },
};
static const struct shape probe_shape[] = {
	LIST("repos", probe_repo_shape),
	{ 0 },
};
static const struct shape plan_repo_shape[] = {
	KEY,
	{ .name = "recommendation", .type = JSON_STRING, .flags = SHAPE_NEED },
	{ .name = "strategy", .type = JSON_STRING, .flags = SHAPE_NEED },
	{ .name = "branch", .type = JSON_STRING, .flags = SHAPE_NULL },
	OID("before"),
	OID("target"),
	{ 0 },
};
static const struct shape plan_shape[] = {
	{ .name = "lane_count",
	    .type = JSON_NUMBER,
	    .flags = SHAPE_NEED,
	    .min = 0,
	    .max = 64 },
	LIST("repos", plan_repo_shape),
	{ 0 },
};
static const struct shape reservation_shape[] = {
	KEY,
	{ .name = "granted", .type = JSON_BOOL, .flags = SHAPE_NEED },
	{ .name = "token",
	    .type = JSON_NUMBER,
	    .flags = SHAPE_NEED,
	    .min = 0,
	    .max = JSON_INT_MAX },
	{ .name = "lane", .type = JSON_NUMBER, .flags = SHAPE_NULL },
	{ .name = "turn", .type = JSON_NUMBER, .flags = SHAPE_NULL },
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
	{ .name = "verdict",
	    .type = JSON_STRING,
	    .flags = SHAPE_NEED,
	    .words = verdicts },
	{ 0 },
};
static const struct shape gate_shape[] = {
	LIST("repos", gate_repo_shape),
	{ .name = "seal", .type = JSON_STRING, .flags = SHAPE_NEED },
	{ 0 },
};

static int
check_member(struct doc *doc, const char *name, const struct shape *table,
    struct err *err)
{
	const struct json *member = doc_need(doc, name, err);

	if (member == NULL)
		return -1;

	return shape_check(member, table, 0, name, EX_DATAERR, err);
}

static int
check_shapes(struct doc *doc, struct err *err)
{
	if (check_member(doc, "fleet", fleet_shape, err) == -1 ||
	    check_member(doc, "probe", probe_shape, err) == -1 ||
	    check_member(doc, "plan", plan_shape, err) == -1 ||
	    check_member(doc, "lease", lease_shape, err) == -1 ||
	    check_member(doc, "gate", gate_shape, err) == -1)
		return -1;

	return 0;
}

/* A3: this boot, and not older than its leases may be. */
static int
check_fresh(struct doc *doc, struct err *err)
{
	int64_t ttl_ms =
	    json_get_int(doc_get(doc, "policy"), "lease_ttl_ms", 900000);
	struct cycle cycle;
	struct host_now now;

	if (cycle_get(doc, &cycle, err) == -1 || host_now(&now, err) == -1)
		return -1;
	if (strcmp(cycle.boot_id, now.boot_id) != 0)
		return err_set(err, EX_DATAERR,
		    "stdin: cycle.now.boot_id: this host has booted since");
	if (cycle.boot_ms > now.boot_ms || now.boot_ms - cycle.boot_ms > ttl_ms)
		return err_set(err, EX_DATAERR,
		    "stdin: cycle.now.boot_ms: older than lease_ttl_ms, "
		    "%lld",
		    (long long)ttl_ms);

	return 0;
}

static int
check_tokens(struct doc *doc, struct err *err)
{
	const struct json *lease = doc_get(doc, "lease"), *at;

	if (json_type(json_get(lease, "holder")) == JSON_NULL)
		return err_set(err, EX_DATAERR,
		    "stdin: lease.holder: null: the plan of a dry run is not "
		    "executed");
	for (at = json_first(json_get(lease, "reservations")); at != NULL;
	     at = json_next(at))
		if (json_get_bool(at, "granted", false) &&
		    json_get_int(at, "token", 0) == 0)
			return err_set(err, EX_DATAERR,
			    "stdin: lease.reservations: %s: token 0: the plan "
			    "of a dry run is not executed",
			    json_get_text(at, "repo_key"));

	return 0;
}

int
accept_document(struct doc *doc, const struct state *state, struct err *err)
{
	size_t len;

	if (doc_is(doc, "hermes.cycle/1", err) == -1)
		return -1;
	if (doc_raw(doc, "exec", &len) != NULL) /* A1 */
		return err_set(err, EX_DATAERR,
		    "stdin: exec: there already: a document is executed once");
	if (check_shapes(doc, err) == -1 || seal_check(doc, err) == -1)
		return -1;
	if (state == NULL)
		return 0;
	if (check_fresh(doc, err) == -1)
		return -1;

	return check_tokens(doc, err);
}

/* A member's elements by repo_key. */
static struct map
by_key(const struct json *list)
{
	struct map map = { 0 };
	const struct json *at;

	for (at = json_first(list); at != NULL; at = json_next(at))
		map_put(&map, json_get_text(at, "repo_key"), (void *)at);

	return map;
}

struct rows {
	struct map fleet, probe, plan, gate;
};

static bool
is_due(const struct json *reservation, const struct json *plan,
    const struct json *gate)
{
	const char *what = json_get_text(plan, "recommendation");
	const char *verdict = json_get_text(gate, "verdict");

	return json_get_bool(reservation, "granted", false) && what != NULL &&
	       (strcmp(what, "upgrade") == 0 || strcmp(what, "canary") == 0) &&
	       verdict != NULL && strcmp(verdict, "GO") == 0 &&
	       json_get_text(plan, "branch") != NULL &&
	       json_get_text(plan, "before") != NULL &&
	       json_get_text(plan, "target") != NULL;
}

static void
fill_apply(struct apply *apply, const struct json *fleet,
    const struct json *probe, const struct json *plan,
    const struct json *reservation)
{
	const struct json *endpoint = json_get(probe, "endpoint");
	const char *role = json_get_text(endpoint, "role");

	apply->repo_key = json_get_text(plan, "repo_key");
	apply->path = json_get_text(fleet, "path");
	apply->checks = json_get(fleet, "checks");
	apply->strategy = json_get_text(plan, "strategy");
	apply->branch = json_get_text(plan, "branch");
	apply->before = json_get_text(plan, "before");
	apply->after = json_get_text(plan, "target");
	apply->role = role;
	apply->url = json_get_text(endpoint, "url");
	if (!apply_goes_back(apply)) { /* else all of it is here */
		if (role != NULL && strcmp(role, "primary") == 0)
			apply->remote = json_get_text(endpoint, "name");
		apply->staging = json_get_text(probe, "staging");
	}
	apply->token = json_get_int(reservation, "token", 0);
	apply->lane = json_get_int(reservation, "lane", 0);
	apply->turn = json_get_int(reservation, "turn", 0);
}

static void
add_job(struct jobs *jobs, const struct rows *rows,
    const struct json *reservation, const struct state *state,
    const char *cycle)
{
	const char *key = json_get_text(reservation, "repo_key");
	const struct json *fleet = map_get(&rows->fleet, key);
	const struct json *plan = map_get(&rows->plan, key);
	struct job *job;

	if (fleet == NULL ||
	    !is_due(reservation, plan, map_get(&rows->gate, key)))
		return;
	jobs->list =
	    xgrow(jobs->list, jobs->count, &jobs->cap, sizeof(jobs->list[0]));
	job = &jobs->list[jobs->count++];
	*job = (struct job){ .depends_on = json_get(fleet, "depends_on") };
	apply_init(&job->apply, state);
	job->apply.cycle = cycle;
	fill_apply(&job->apply, fleet, map_get(&rows->probe, key), plan,
	    reservation);
}

static int
by_turn(const void *one, const void *two)
{
	const struct apply *a = &((const struct job *)one)->apply;
	const struct apply *b = &((const struct job *)two)->apply;

	if (a->turn != b->turn)
		return a->turn < b->turn ? -1 : 1;
	if (a->lane != b->lane)
		return a->lane < b->lane ? -1 : 1;

	return strcmp(a->repo_key, b->repo_key);
}

int
accept_jobs(struct jobs *jobs, struct doc *doc, const struct state *state,
    struct err *err)
{
	const struct json *plan = doc_get(doc, "plan"), *at;
	struct rows rows = {
		.fleet = by_key(json_get(doc_get(doc, "fleet"), "repos")),
		.probe = by_key(json_get(doc_get(doc, "probe"), "repos")),
		.plan = by_key(json_get(plan, "repos")),
		.gate = by_key(json_get(doc_get(doc, "gate"), "repos")),
	};
	struct cycle cycle;
	int rc = cycle_get(doc, &cycle, err);

	jobs->lane_count = json_get_int(plan, "lane_count", 1);
	at = json_first(json_get(doc_get(doc, "lease"), "reservations"));
	for (; rc == 0 && at != NULL; at = json_next(at))
		add_job(jobs, &rows, at, state, cycle.id);
	if (jobs->count > 0)
		qsort(jobs->list, jobs->count, sizeof(jobs->list[0]), by_turn);
	map_clear(&rows.fleet);
	map_clear(&rows.probe);
	map_clear(&rows.plan);
	map_clear(&rows.gate);

	return rc;
}

void
accept_clear(struct jobs *jobs)
{
	size_t i;

	for (i = 0; i < jobs->count; i++)
		apply_clear(&jobs->list[i].apply);
	free(jobs->list);
	*jobs = (struct jobs){ 0 };
}
