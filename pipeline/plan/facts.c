#include "facts.h"
#include "base/alloc.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *
plan_word_name(enum plan_word word)
{
	static const char *const names[] = { "upgrade", "canary", "defer",
		"block", "none" };

	return names[word];
}

static int
by_key(const void *a, const void *b)
{
	const struct plan_repo *ra = a, *rb = b;

	return strcmp(ra->repo_key, rb->repo_key);
}

static int
read_fleet(struct plan *plan, const struct json *fleet, struct err *err)
{
	const struct json *list = json_get(fleet, "repos"), *at;
	struct plan_repo *repo;
	size_t i;

	plan->repos = xcalloc(json_count(list) + 1, sizeof(*plan->repos));
	for (at = json_first(list); at; at = json_next(at)) {
		repo = &plan->repos[plan->count++];
		repo->fleet = at;
		repo->repo_key = json_get_text(at, "repo_key");
		repo->blocker = NOWHERE;
	}
	qsort(plan->repos, plan->count, sizeof(*plan->repos), by_key);
	for (i = 0; i < plan->count; i++)
		if (map_put(&plan->by_key, plan->repos[i].repo_key,
			&plan->repos[i]))
			return err_set(err, EX_DATAERR,
			    "stdin: fleet.repos: \"%s\" is there twice",
			    plan->repos[i].repo_key);

	return 0;
}

/* N2: what calls itself behind must be what the planner understands by it. */
static int
check_due(const struct plan_repo *repo, size_t i, struct err *err)
{
	static const char *const needed[] = { "tip", "branch", "branch_oid",
		"endpoint" };
	size_t k;

	for (k = 0; k < sizeof(needed) / sizeof(*needed); k++)
		if (json_type(json_get(repo->probe, needed[k])) == JSON_NULL)
			return err_set(err, EX_DATAERR,
			    "stdin: probe.repos[%zu].%s: missing where the "
			    "reason is \"behind\"",
			    i, needed[k]);
	if (!json_get_bool(repo->probe, "tip_known", false))
		return err_set(err, EX_DATAERR,
		    "stdin: probe.repos[%zu].tip_known: not true where the "
		    "reason is \"behind\"",
		    i);
	if (json_get_int(repo->probe, "ahead_count", -1) != 0)
		return err_set(err, EX_DATAERR,
		    "stdin: probe.repos[%zu].ahead_count: not 0 where the "
		    "reason is \"behind\"",
		    i);

	return 0;
}

static int
read_probe(struct plan *plan, const struct json *probe, struct err *err)
{
	const struct json *at = json_first(json_get(probe, "repos"));
	const char *repo_key;
	struct plan_repo *repo;
	size_t i;

	for (i = 0; at; at = json_next(at), i++) {
		repo_key = json_get_text(at, "repo_key");
		repo = map_get(&plan->by_key, repo_key);
		if (!repo || repo->probe)
			return err_set(err, EX_DATAERR,
			    "stdin: probe.repos[%zu].repo_key: \"%s\" is %s", i,
			    repo_key,
			    repo ? "there twice" : "not in the fleet");
		repo->probe = at;
		repo->found = json_get_text(at, "reason");
		repo->tip = json_get_text(at, "tip");
		repo->due = !strcmp(repo->found, "behind");
		if (repo->due && check_due(repo, i, err) == -1)
			return -1;
	}
	for (repo = plan->repos; repo < plan->repos + plan->count; repo++)
		if (!repo->probe)
			return err_set(err, EX_DATAERR,
			    "stdin: probe.repos: nothing on \"%s\"",
			    repo->repo_key);

	return 0;
}

static void
read_memory(struct plan *plan, const struct json *memory)
{
	const struct json *at;
	struct plan_repo *repo;

	at = json_first(json_get(json_get(memory, "state"), "repos"));
	for (; at; at = json_next(at)) {
		repo = map_get(&plan->by_key, json_get_text(at, "repo_key"));
		if (repo)
			repo->known = at;
	}
	at = json_first(json_get(json_get(memory, "intelligence"), "repos"));
	for (; at; at = json_next(at)) {
		repo = map_get(&plan->by_key, json_get_text(at, "repo_key"));
		if (repo)
			repo->learned = at;
	}
	at = json_first(json_get(json_get(memory, "intelligence"), "remotes"));
	for (; at; at = json_next(at))
		map_put(&plan->signals, json_get_text(at, "url"), (void *)at);
	at = json_first(json_get(json_get(memory, "rollback"), "repos"));
	for (; at; at = json_next(at)) {
		repo = map_get(&plan->by_key, json_get_text(at, "repo_key"));
		if (repo)
			repo->taken = at;
	}
	at = json_first(json_get(json_get(memory, "remote_health"), "remotes"));
	for (; at; at = json_next(at))
		map_put(&plan->health, json_get_text(at, "url"), (void *)at);
}

static int
read_edges(struct plan *plan, const char *name, struct err *err)
{
	const struct plan_repo *repo, *other;
	const struct json *at;
	bool after = !strcmp(name, "after");
	size_t i;

	for (i = 0; i < plan->count; i++) {
		repo = &plan->repos[i];
		at = json_first(json_get(repo->fleet, name));
		for (; at; at = json_next(at)) {
			other = map_get(&plan->by_key, json_text(at));
			if (!other)
				return err_set(err, EX_DATAERR,
				    "stdin: fleet.repos: \"%s\": %s: "
				    "\"%.80s\" is not in the fleet",
				    repo->repo_key, name, json_text(at));
			order_add(&plan->order, i,
			    (size_t)(other - plan->repos), after);
			if (!after)
				plan->repos[other - plan->repos]
				    .dependant_count++;
		}
	}

	return 0;
}

static int
read_zones(struct plan *plan, struct err *err)
{
	const struct json *list = json_get(plan->policy, "zones"), *at, *change;
	struct plan_zone *zone;

	plan->zones = xcalloc(json_count(list) + 1, sizeof(*plan->zones));
	for (at = json_first(list); at; at = json_next(at)) {
		zone = &plan->zones[plan->zone_count++];
		zone->time_zone = json_get_text(at, "time_zone");
		zone->zone.offset_s = json_get_int(at, "offset_s", 0);
		change = json_first(json_get(at, "changes"));
		for (; change; change = json_next(change)) {
			size_t k = zone->zone.change_count++;

			if (k == 2)
				return err_set(err, EX_DATAERR,
				    "stdin: policy.zones[%zu].changes: "
				    "expected at most two",
				    plan->zone_count - 1);
			instant_parse(json_get_text(change, "at"),
			    &zone->zone.changes[k].at);
			zone->zone.changes[k].offset_s =
			    json_get_int(change, "offset_s", 0);
		}
	}

	return 0;
}

/* The URL of the primary, without it the first one. */
static const char *
origin(const struct plan_repo *repo)
{
	const struct json *list = json_get(repo->probe, "endpoints");
	const struct json *at = json_first(list);

	while (at && strcmp(json_get_text(at, "role"), "primary"))
		at = json_next(at);

	return json_get_text(at ? at : json_first(list), "url");
}

static bool
is_bad(const struct plan_repo *repo, const char *oid)
{
	const struct json *at =
	    json_first(json_get(repo->known, "bad_commits"));
	const char *bad;

	for (; at; at = json_next(at)) {
		bad = json_get_text(at, "oid");
		if (bad && !strcmp(bad, oid))
			return true;
	}

	return false;
}

/* What one checkout of a URL took back is bad for the others too. */
static void
read_bad(struct plan *plan, struct plan_repo *repo)
{
	const struct json *at =
	    json_first(json_get(repo->known, "bad_commits"));
	const char *url = origin(repo), *oid;
	char *key;

	for (; at && url; at = json_next(at)) {
		oid = json_get_text(at, "oid");
		if (!oid)
			continue;
		key = xasprintf("%s %s", url, oid);
		plan->bad_keys = xgrow(plan->bad_keys, plan->bad_count,
		    &plan->bad_cap, sizeof(*plan->bad_keys));
		plan->bad_keys[plan->bad_count++] = key;
		if (!map_get(&plan->bad, key))
			map_put(&plan->bad, key, repo);
	}
}

const struct plan_repo *
facts_bad(const struct plan *plan, const struct plan_repo *repo,
    const char *oid)
{
	const char *url = origin(repo);
	const struct plan_repo *other;
	char *key;

	if (is_bad(repo, oid))
		return repo;
	if (plan->bad.count == 0 || !url)
		return NULL;
	key = xasprintf("%s %s", url, oid);
	other = map_get(&plan->bad, key);
	free(key);

	return other;
}

/* Of one subject the first that has not expired. */
static void
read_holds(struct plan *plan, const struct json *holds)
{
	const struct json *at = json_first(holds);
	const char *subject, *until;
	instant expires_at;

	for (; at; at = json_next(at)) {
		subject = json_get_text(at, "subject");
		until = json_get_text(at, "expires_at");
		if (until && instant_parse(until, &expires_at) == 0 &&
		    expires_at <= plan->now)
			continue;
		if (!map_get(&plan->held, subject))
			map_put(&plan->held, subject, (void *)at);
	}
}

/* "UTC" needs no facts. */
static int
find_zone(const struct plan *plan, const char *name,
    const struct window_zone **zone, struct err *err)
{
	size_t i;

	*zone = NULL;
	for (i = 0; i < plan->zone_count; i++)
		if (!strcmp(plan->zones[i].time_zone, name)) {
			*zone = &plan->zones[i].zone;
			return 0;
		}
	if (!strcmp(name, "UTC"))
		return 0;

	return err_set(err, EX_DATAERR,
	    "stdin: policy.zones: nothing on \"%.80s\"", name);
}

static int
read_windows(const struct plan *plan, const struct json *list,
    struct window **windows, size_t *count, struct err *err)
{
	const struct json *at;
	const char *allow, *deny;
	struct window *window;

	*count = 0;
	*windows = xcalloc(json_count(list) + 1, sizeof(**windows));
	for (at = json_first(list); at; at = json_next(at)) {
		window = &(*windows)[(*count)++];
		allow = json_get_text(at, "allow");
		deny = json_get_text(at, "deny");
		if (!allow == !deny)
			return err_set(err, EX_DATAERR,
			    "stdin: windows: expected allow or deny, found %s",
			    allow ? "both" : "neither");
		window->deny = deny != NULL;
		window_parse(allow ? allow : deny, window);
		if (find_zone(plan, json_get_text(at, "time_zone"),
			&window->zone, err) == -1)
			return -1;
	}

	return 0;
}

const struct json *
facts_policy(const struct plan *plan, const struct plan_repo *repo,
    const char *name)
{
	const struct json *own =
	    json_get(json_get(repo->fleet, "policy"), name);

	return own ? own : json_get(plan->policy, name);
}

int
facts_windows(const struct plan *plan, const struct plan_repo *repo,
    const struct window **windows, size_t *count, struct window **own,
    struct err *err)
{
	const struct json *list =
	    json_get(json_get(repo->fleet, "policy"), "windows");
	int result = 0;

	*own = NULL;
	*windows = plan->windows;
	*count = plan->window_count;
	if (list) {
		result = read_windows(plan, list, own, count, err);
		*windows = *own;
	}

	return result;
}

int
facts_read(struct plan *plan, struct doc *doc, struct err *err)
{
	const struct json *cycle = doc_get(doc, "cycle");
	const struct json *probe = doc_get(doc, "probe");
	const struct json *resources = json_get(probe, "resources");
	size_t i;

	instant_parse(json_get_text(json_get(cycle, "now"), "real_at"),
	    &plan->now);
	plan->cycle_host = json_get_text(cycle, "host");
	plan->policy = doc_get(doc, "policy");
	plan->offline = json_get_bool(probe, "offline", false);
	plan->pressure = json_get_text(resources, "class");
	plan->pressure_reason = json_get_text(resources, "reason");
	if (read_fleet(plan, doc_get(doc, "fleet"), err) == -1 ||
	    read_probe(plan, probe, err) == -1)
		return -1;
	read_memory(plan, doc_get(doc, "memory"));
	for (i = 0; i < plan->count; i++)
		read_bad(plan, &plan->repos[i]);
	read_holds(plan,
	    json_get(json_get(doc_get(doc, "memory"), "state"), "holds"));
	if (read_edges(plan, "depends_on", err) == -1 ||
	    read_edges(plan, "after", err) == -1 || read_zones(plan, err) == -1)
		return -1;

	return read_windows(plan, json_get(plan->policy, "windows"),
	    &plan->windows, &plan->window_count, err);
}

void
plan_clear(struct plan *plan)
{
	size_t i;

	for (i = 0; i < plan->count; i++) {
		free(plan->repos[i].codes);
		free(plan->repos[i].why);
		free(plan->repos[i].text);
	}
	for (i = 0; plan->cycle_texts && i < plan->order.cycle_count; i++)
		free(plan->cycle_texts[i]);
	free(plan->cycle_texts);
	free(plan->repos);
	free(plan->zones);
	free(plan->windows);
	free(plan->places);
	map_clear(&plan->by_key);
	for (i = 0; i < plan->bad_count; i++)
		free(plan->bad_keys[i]);
	free(plan->bad_keys);
	map_clear(&plan->bad);
	map_clear(&plan->held);
	map_clear(&plan->health);
	map_clear(&plan->signals);
	order_clear(&plan->order);
	*plan = (struct plan){ 0 };
}
