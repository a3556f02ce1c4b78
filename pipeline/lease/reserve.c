#include "reserve.h"
#include "base/alloc.h"
#include "model/event.h"
#include "model/parts.h"
#include "spent.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reservation {
	const char *repo_key; /* borrowed from the document, as all text */
	const char *common_dir;
	const struct json *depends_on;
	int64_t lane, turn;
	const struct lease *lease;    /* NULL: denied */
	const struct lease *previous; /* what was taken over; or NULL */
	const char *code;
	char *detail; /* owned */
};

struct desk {
	struct world *world;
	const char *cycle;
	int64_t ttl_ms;
	struct reservation *all; /* owned; in the plan's order */
	size_t count;
	struct map queued; /* repo_key -> struct reservation */
	struct map plan;   /* repo_key -> row of plan.repos */
	struct map waited; /* repo_key -> the code it was denied with */
};

int
reserve_check(struct doc *doc, struct err *err)
{
	static const char *const names[] = { "cycle", "policy", "fleet",
		"memory", "probe", "plan", NULL };

	return parts_check(doc, names, err);
}

int64_t
reserve_ttl_ms(struct doc *doc)
{
	return json_get_int(doc_get(doc, "policy"), "lease_ttl_ms", 0);
}

static int
desk_fill(struct desk *desk, struct doc *doc, const struct map *fleet,
    const struct map *probe, struct err *err)
{
	const struct json *queue = parts_list(doc, "plan", "queue");
	const struct json *row;
	struct reservation *it;

	desk->all = xcalloc(json_count(queue) + 1, sizeof(*desk->all));
	for (row = json_first(queue); row; row = json_next(row)) {
		it = &desk->all[desk->count++];
		it->repo_key = json_get_text(row, "repo_key");
		it->lane = json_get_int(row, "lane", 0);
		it->turn = json_get_int(row, "turn", 0);
		it->depends_on =
		    json_get(map_get(fleet, it->repo_key), "depends_on");
		it->common_dir =
		    json_get_text(map_get(probe, it->repo_key), "common_dir");
		if (!it->depends_on || !it->common_dir)
			return err_set(err, EX_DATAERR,
			    "%s: plan.queue: \"%s\": not in the fleet, or no "
			    "repository by the probe",
			    doc->place, it->repo_key);
		if (map_put(&desk->queued, it->repo_key, it))
			return err_set(err, EX_DATAERR,
			    "%s: plan.queue: \"%s\": queued twice", doc->place,
			    it->repo_key);
	}

	return 0;
}

static int
desk_open(struct desk *desk, struct doc *doc, struct err *err)
{
	struct map fleet = { 0 }, probe = { 0 };
	int rc;

	parts_index(&fleet, parts_list(doc, "fleet", "repos"));
	parts_index(&probe, parts_list(doc, "probe", "repos"));
	parts_index(&desk->plan, parts_list(doc, "plan", "repos"));
	desk->cycle = json_get_text(doc_get(doc, "cycle"), "id");
	desk->ttl_ms = reserve_ttl_ms(doc);
	rc = desk_fill(desk, doc, &fleet, &probe, err);
	map_clear(&fleet);
	map_clear(&probe);

	return rc;
}

static void
desk_close(struct desk *desk)
{
	while (desk->count)
		free(desk->all[--desk->count].detail);
	free(desk->all);
	map_clear(&desk->queued);
	map_clear(&desk->plan);
	map_clear(&desk->waited);
}

static void
deny(struct reservation *it, const char *code, char *detail)
{
	it->code = code;
	it->detail = detail;
}

static char *
blocker_detail(const struct lease *lease)
{
	char until[INSTANT_SIZE];

	instant_format(lease->expires_at, until);
	if (!lease->holder.host)
		return xasprintf("the same repository as %s", lease->repo_key);

	return xasprintf("held %sby %s pid %" PRId64 " (cycle %s) until %s",
	    lease->life == LEASE_LIVE_ELSEWHERE ? "on another host, " : "",
	    lease->holder.host, lease->holder.pid, lease->cycle, until);
}

/* L7: what the prerequisite lacks, owned, or NULL where it is granted or
 * current. */
static char *
lacks(const struct desk *desk, const char *dep)
{
	const struct reservation *other = map_get(&desk->queued, dep);
	const struct json *row = map_get(&desk->plan, dep);
	const char *recommendation = json_get_text(row, "recommendation");
	const char *reason = json_get_text(row, "reason");

	if (other && other->lease)
		return NULL;
	if (other)
		return xasprintf("%s: %s", dep,
		    other->code ? other->code : "stands behind in the queue");
	if (!recommendation)
		return xasprintf("%s: not in the plan", dep);
	if (!strcmp(recommendation, "none"))
		return NULL;

	return xasprintf("%s: %s", dep, reason ? reason : recommendation);
}

/* A rollback builds on nothing new. */
static bool
goes_back(const struct desk *desk, const struct reservation *it)
{
	const struct json *row = map_get(&desk->plan, it->repo_key);
	const char *strategy = json_get_text(row, "strategy");

	return strategy && !strcmp(strategy, "rollback");
}

static void
settle(struct desk *desk, struct reservation *it)
{
	struct world *world = desk->world;
	struct lease_want want = { it->repo_key, it->common_dir,
		world->dry ? NULL : &world->holder, desk->cycle, desk->ttl_ms,
		world->ledger.seq };
	const struct lease *blocker, *old;
	const struct json *dep;
	const struct journal *journal;
	struct err err;
	char *why;

	journal =
	    unfinished_on(&world->unfinished, it->repo_key, it->common_dir);
	if (journal) {
		deny(it, "interrupted",
		    xasprintf("journal %s is open", journal->name));
		return;
	}
	blocker = lease_blocker(&world->table, &want);
	if (blocker) {
		deny(it, "lease-foreign", blocker_detail(blocker));
		return;
	}
	dep = goes_back(desk, it) ? NULL : json_first(it->depends_on);
	for (; dep; dep = json_next(dep)) {
		why = lacks(desk, json_text(dep));
		if (why) {
			deny(it, "needs", why);
			return;
		}
	}
	old = lease_find(&world->table, it->repo_key, it->common_dir);
	if (old && !lease_is_live(old))
		it->previous = old;
	if (!world->dry) /* L4, of another STATE too */
		lease_token_seen(&world->table, spent_token(it->common_dir));
	it->lease = lease_grant(&world->table, &want, &world->now, &err);
}

static int
by_repo_key(const void *a, const void *b)
{
	const struct reservation *left = a, *right = b;

	return strcmp(left->repo_key, right->repo_key);
}

static void
reservation_write(struct jw *jw, const struct reservation *it, bool dry)
{
	const struct lease *lease = dry ? NULL : it->lease;

	jw_object(jw, NULL);
	jw_text(jw, "repo_key", it->repo_key);
	jw_bool(jw, "granted", it->lease != NULL);
	jw_int(jw, "token", lease ? lease->token : 0);
	jw_text(jw, "code", it->code);
	jw_text(jw, "detail", it->detail);
	jw_int(jw, "lane", it->lane);
	jw_int(jw, "turn", it->turn);
	if (lease) {
		jw_instant(jw, "acquired_at", lease->acquired_at);
		jw_instant(jw, "expires_at", lease->expires_at);
		jw_int(jw, "expires_boot_ms", lease->expires_boot_ms);
	} else {
		jw_null(jw, "acquired_at");
		jw_null(jw, "expires_at");
		jw_null(jw, "expires_boot_ms");
	}
	jw_end(jw);
}

static void
lease_put(struct doc *doc, const struct desk *desk)
{
	const struct world *world = desk->world;
	struct buf text = { 0 };
	struct jw jw;
	size_t i;

	jw_init(&jw, &text);
	jw_object(&jw, NULL);
	lease_holder_write(&jw, world->dry ? NULL : &world->holder);
	jw_int(&jw, "ttl_ms", desk->ttl_ms);
	jw_array(&jw, "reservations");
	for (i = 0; i < desk->count; i++)
		reservation_write(&jw, &desk->all[i], world->dry);
	jw_end(&jw);
	jw_end(&jw);
	doc_put(doc, "lease", &text);
}

static void
denied_write(struct jw *jw, const char *repo_key, const char *code,
    const char *detail)
{
	jw_object(jw, NULL);
	jw_text(jw, "repo_key", repo_key);
	jw_text(jw, "code", code);
	jw_text(jw, "detail", detail);
	jw_end(jw);
}

static void
waiting_write(const struct desk *desk, struct buf *out)
{
	const struct reservation *it;
	struct jw jw;
	size_t i;

	jw_init(&jw, out);
	jw_array(&jw, NULL);
	for (i = 0; i < desk->count; i++) {
		it = &desk->all[i];
		if (!it->lease)
			denied_write(&jw, it->repo_key, it->code, it->detail);
	}
	jw_end(&jw);
}

void
reserve_waiting(const struct world *world, struct buf *out)
{
	const struct json *at = json_first(json_get(world->agents, "waiting"));
	const char *repo_key, *code, *detail;
	struct jw jw;

	jw_init(&jw, out);
	jw_array(&jw, NULL);
	for (; at; at = json_next(at)) {
		repo_key = json_get_text(at, "repo_key");
		code = json_get_text(at, "code");
		detail = json_get_text(at, "detail");
		if (repo_key && code && detail)
			denied_write(&jw, repo_key, code, detail);
	}
	jw_end(&jw);
}

/* E4: one that has waited before, for the same code, is no news. */
static void
read_waiting(struct desk *desk)
{
	const struct json *at =
	    json_first(json_get(desk->world->agents, "waiting"));
	const char *repo_key, *code;

	for (; at; at = json_next(at)) {
		repo_key = json_get_text(at, "repo_key");
		code = json_get_text(at, "code");
		if (repo_key && code)
			map_put(&desk->waited, repo_key, (void *)code);
	}
}

/* `token` 0: the event has none, and one of its type per cycle is enough. */
static void
say(struct doc *doc, const char *type, const char *repo_key, int64_t token,
    struct buf *data)
{
	char more[24];
	struct event event = {
		.source = "hermes-lease",
		.type = type,
		.subject = repo_key,
		.more = token ? more : NULL,
	};

	snprintf(more, sizeof(more), "%" PRId64, token);
	event_add(doc, &event, data);
}

/* Why the operator broke it, and the seq by which the ledger's reader knows
 * that the word has been obeyed. */
static void
word_write(struct jw *jw, const struct lease *lease)
{
	if (lease->life != LEASE_BROKEN)
		return;
	jw_int(jw, "said_seq", lease->word.seq);
	jw_text(jw, "said", lease->word.why);
	jw_text(jw, "author", lease->word.author);
}

static void
say_granted(struct doc *doc, const struct reservation *it)
{
	struct buf data = { 0 };
	struct jw jw;

	if (it->previous) {
		jw_init(&jw, &data);
		jw_object(&jw, NULL);
		jw_int(&jw, "token", it->lease->token);
		jw_int(&jw, "previous_token", it->previous->token);
		jw_text(&jw, "reason", lease_life_name(it->previous->life));
		word_write(&jw, it->previous);
		jw_end(&jw);
		say(doc, "hermes.lease.taken-over", it->repo_key,
		    it->lease->token, &data);
	}
	jw_init(&jw, &data);
	jw_object(&jw, NULL);
	jw_int(&jw, "token", it->lease->token);
	jw_text(&jw, "cycle", it->lease->cycle);
	jw_end(&jw);
	say(doc, "hermes.lease.granted", it->repo_key, it->lease->token, &data);
	buf_clear(&data);
}

static void
say_denied(struct doc *doc, const struct desk *desk,
    const struct reservation *it)
{
	const char *before = map_get(&desk->waited, it->repo_key);
	struct buf data = { 0 };
	struct jw jw;

	if (before && !strcmp(before, it->code))
		return;
	jw_init(&jw, &data);
	jw_object(&jw, NULL);
	jw_text(&jw, "code", it->code);
	jw_text(&jw, "detail", it->detail);
	jw_end(&jw);
	say(doc, "hermes.lease.denied", it->repo_key, 0, &data);
	buf_clear(&data);
}

int
reserve_add(struct doc *doc, struct world *world, struct buf *waiting,
    struct err *err)
{
	struct desk desk = { .world = world };
	size_t i;

	if (desk_open(&desk, doc, err) == -1) {
		desk_close(&desk);
		return -1;
	}
	for (i = 0; i < desk.count; i++)
		settle(&desk, &desk.all[i]);

	/* The map's pointers are of no use from here on. */
	map_clear(&desk.queued);
	if (desk.count)
		qsort(desk.all, desk.count, sizeof(*desk.all), by_repo_key);
	lease_put(doc, &desk);
	waiting_write(&desk, waiting);
	read_waiting(&desk);
	for (i = 0; i < desk.count && !world->dry; i++)
		if (desk.all[i].lease)
			say_granted(doc, &desk.all[i]);
		else
			say_denied(doc, &desk, &desk.all[i]);
	desk_close(&desk);

	return 0;
}

void
reserve_sweep(struct doc *doc, struct world *world)
{
	struct buf data = { 0 };
	struct lease *lease;
	struct jw jw;
	size_t i;

	for (i = 0; i < world->table.count; i++) {
		lease = world->table.leases[i];
		if (lease->gone || lease_is_live(lease))
			continue;
		lease->gone = true;
		jw_init(&jw, &data);
		jw_object(&jw, NULL);
		jw_int(&jw, "token", lease->token);
		jw_text(&jw, "why", lease_life_name(lease->life));
		word_write(&jw, lease);
		jw_end(&jw);
		say(doc, "hermes.lease.released", lease->repo_key, lease->token,
		    &data);
	}
	buf_clear(&data);
}
