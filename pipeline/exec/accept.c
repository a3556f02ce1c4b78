#include "accept.h"
#include "base/alloc.h"
#include "base/map.h"
#include "check.h"
#include "git/staging.h"
#include "git/tags.h"
#include "model/cycle.h"
#include "model/fleet.h"
#include "model/redact.h"
#include "model/seal.h"
#include "proc/host.h"
#include "shapes.h"
#include <stdlib.h>
#include <string.h>

#define NAME_BYTES_MAX 1024 /* all of an event must fit a line (P7) */
#define URL_BYTES_MAX 2048

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
	if (shapes_check(doc, err) == -1 || seal_check(doc, err) == -1)
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
	const struct state *state;
	char *staging; /* owned; of STATE; NULL: none */
	const char *cycle;
	int64_t keep_rollbacks;
};

/* A4: objects come from STATE's own staging of this repository, or not. */
static int
check_staging(const struct rows *rows, const struct apply *apply,
    struct err *err)
{
	char *own;
	bool same;

	if (apply->staging == NULL || rows->state->path == NULL)
		return 0;
	own = rows->staging != NULL
		  ? staging_path(rows->staging, apply->repo_key)
		  : NULL;
	same = own != NULL && strcmp(own, apply->staging) == 0;
	free(own);

	return same ? 0
		    : err_set(err, EX_DATAERR,
			  "stdin: probe.repos: %s: staging: not that of STATE",
			  apply->repo_key);
}

/* A4: such a branch or remote a checkout may well name, and is not due. */
static int
check_name(const struct apply *apply, const char *what, const char *name,
    struct err *err)
{
	if (name == NULL ||
	    (strlen(name) <= NAME_BYTES_MAX && fleet_ref_valid(name)))
		return 0;

	return err_set(err, EX_DATAERR,
	    "stdin: %s: %s: expected a name that git takes", what,
	    apply->repo_key);
}

/* A4, P9: one that holds a secret is none that the probe wrote, and stands in
 * no error. */
static int
check_url(const struct apply *apply, struct err *err)
{
	char *redacted;
	bool same;

	if (apply->url == NULL)
		return 0;
	redacted = url_redacted(apply->url);
	same = strcmp(redacted, apply->url) == 0;
	free(redacted);

	return same && strlen(apply->url) <= URL_BYTES_MAX
		   ? 0
		   : err_set(err, EX_DATAERR,
			 "stdin: probe.repos: %s: endpoint.url: expected a "
			 "redacted URL of %d bytes or less",
			 apply->repo_key, URL_BYTES_MAX);
}

/* A4: names that git takes, no more than the probe hands on. */
static int
check_tags(const struct apply *apply, struct err *err)
{
	const struct json *tag = json_first(apply->tags);
	int rc = 0;

	if (json_count(apply->tags) > ENDPOINT_TAGS_MAX)
		return err_set(err, EX_DATAERR,
		    "stdin: probe.repos: %s: tags: more than %d",
		    apply->repo_key, ENDPOINT_TAGS_MAX);
	for (; rc == 0 && tag != NULL; tag = json_next(tag))
		if (!tag_told(json_get_text(tag, "name")))
			rc = err_set(err, EX_DATAERR,
			    "stdin: probe.repos: tags: %s: expected a name "
			    "that git takes",
			    apply->repo_key);

	return rc;
}

/* A4 */
static int
check_strategy(const struct apply *apply, struct err *err)
{
	if (strcmp(apply->strategy, "none") != 0 &&
	    strcmp(apply->strategy, "manual") != 0)
		return 0;

	return err_set(err, EX_DATAERR,
	    "stdin: plan.repos: %s: strategy: %s is none to execute",
	    apply->repo_key, apply->strategy);
}

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
fill_apply(struct apply *apply, const struct rows *rows,
    const struct json *plan, const struct json *reservation)
{
	const char *key = json_get_text(plan, "repo_key");
	const struct json *fleet = map_get(&rows->fleet, key);
	const struct json *probe = map_get(&rows->probe, key);
	const struct json *endpoint = json_get(probe, "endpoint");
	const char *role = json_get_text(endpoint, "role");

	apply->repo_key = key;
	apply->path = json_get_text(fleet, "path");
	apply->checks = json_get(fleet, "checks");
	apply->trust_config = json_get_bool(fleet, "trust_config", false);
	apply->strategy = json_get_text(plan, "strategy");
	apply->branch = json_get_text(plan, "branch");
	apply->before = json_get_text(plan, "before");
	apply->after = json_get_text(plan, "target");
	apply->role = role;
	apply->url = json_get_text(endpoint, "url");
	apply->owed_count = apply_goes_back(apply) ? 0 : check_owed(apply);
	if (!apply_goes_back(apply)) { /* else all of it is here */
		if (role != NULL && strcmp(role, "primary") == 0)
			apply->remote = json_get_text(endpoint, "name");
		apply->upstream =
		    json_get_text(json_get(probe, "upstream"), "ref");
		apply->tags = json_get(probe, "tags");
		apply->refs = json_get(probe, "refs");
		apply->staging = json_get_text(probe, "staging");
	}
	apply->token = json_get_int(reservation, "token", 0);
	apply->keep_rollbacks = json_get_int(json_get(fleet, "policy"),
	    "keep_rollbacks", rows->keep_rollbacks);
	apply->lane = json_get_int(reservation, "lane", 0);
	apply->turn = json_get_int(reservation, "turn", 0);
}

static int
check_job(const struct rows *rows, const struct apply *apply, struct err *err)
{
	if (check_strategy(apply, err) == -1 ||
	    check_name(apply, "plan.repos: branch", apply->branch, err) == -1 ||
	    check_name(apply, "probe.repos: endpoint.name", apply->remote,
		err) == -1 ||
	    check_url(apply, err) == -1 || check_tags(apply, err) == -1)
		return -1;

	return check_staging(rows, apply, err);
}

static int
add_job(struct jobs *jobs, const struct rows *rows,
    const struct json *reservation, struct err *err)
{
	const char *key = json_get_text(reservation, "repo_key");
	const struct json *fleet = map_get(&rows->fleet, key);
	const struct json *plan = map_get(&rows->plan, key);
	struct job *job;

	if (fleet == NULL ||
	    !is_due(reservation, plan, map_get(&rows->gate, key)))
		return 0;
	jobs->list =
	    xgrow(jobs->list, jobs->count, &jobs->cap, sizeof(jobs->list[0]));
	job = &jobs->list[jobs->count++];
	*job = (struct job){ .depends_on = json_get(fleet, "depends_on") };
	apply_init(&job->apply, rows->state);
	job->apply.cycle = rows->cycle;
	fill_apply(&job->apply, rows, plan, reservation);

	return check_job(rows, &job->apply, err);
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
		.state = state,
	};
	char *staging = xasprintf("%s/staging", state->path);
	struct cycle cycle;
	int rc = cycle_get(doc, &cycle, err);

	rows.staging = state->path != NULL ? realpath(staging, NULL) : NULL;
	rows.cycle = cycle.id;
	rows.keep_rollbacks =
	    json_get_int(doc_get(doc, "policy"), "keep_rollbacks", 0);
	free(staging);
	jobs->lane_count = json_get_int(plan, "lane_count", 1);
	at = json_first(json_get(doc_get(doc, "lease"), "reservations"));
	for (; rc == 0 && at != NULL; at = json_next(at))
		rc = add_job(jobs, &rows, at, err);
	if (jobs->count > 0)
		qsort(jobs->list, jobs->count, sizeof(jobs->list[0]), by_turn);
	map_clear(&rows.fleet);
	map_clear(&rows.probe);
	map_clear(&rows.plan);
	map_clear(&rows.gate);
	free(rows.staging);

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
