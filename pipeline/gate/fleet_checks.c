#include "fleet_checks.h"
#include "base/alloc.h"
#include "json/canon.h"
#include "json/jw.h"
#include "model/decision.h"
#include "model/parts.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_SIZE 24

static struct check
pass(const char *name, char *evidence)
{
	return check_make(name, true, NULL, evidence);
}

static struct check
fail(const char *name, char *evidence)
{
	return check_make(name, false, "gate", evidence);
}

/* What is wrong with the reservation, owned, or NULL. */
static char *
reservation_fault(struct facts *facts, const struct json *row, char *token,
    struct map *seen, struct map *tokens, struct map *dirs)
{
	const char *repo_key = json_get_text(row, "repo_key");
	const struct entry *entry = map_get(&facts->queued, repo_key);
	const char *dir, *other;

	if (!entry)
		return xasprintf("%s: reserved, but not queued", repo_key);
	if (map_put(seen, repo_key, (void *)repo_key))
		return xasprintf("%s: reserved twice", repo_key);
	snprintf(token, TOKEN_SIZE, "%" PRId64, json_get_int(row, "token", 0));
	if (strcmp(token, "0")) {
		other = map_put(tokens, token, (void *)repo_key);
		if (other)
			return xasprintf("token %s: %s and %s", token, other,
			    repo_key);
	}
	dir = json_get_text(entry->probe, "common_dir");
	if (!json_get_bool(row, "granted", false) || !dir)
		return NULL;
	other = map_put(dirs, dir, (void *)repo_key);

	return other ? xasprintf("%s: %s and %s", dir, other, repo_key) : NULL;
}

static struct check
leases_unique(struct facts *facts)
{
	const char *name = "leases-unique";
	const struct json *row =
	    parts_list(facts->doc, "lease", "reservations");
	size_t i, count = json_count(row);
	struct map seen = { 0 }, tokens = { 0 }, dirs = { 0 };
	char(*texts)[TOKEN_SIZE] = xcalloc(count + 1, sizeof(*texts));
	char *fault = NULL;

	row = json_first(row);
	for (i = 0; row && !fault; row = json_next(row), i++)
		fault = reservation_fault(facts, row, texts[i], &seen, &tokens,
		    &dirs);
	for (i = 0; i < facts->count && !fault; i++)
		if (!facts->queue[i].reservation)
			fault = xasprintf("%s: queued, but not reserved",
			    facts->queue[i].repo_key);
	map_clear(&seen);
	map_clear(&tokens);
	map_clear(&dirs);
	free(texts);

	return fault ? fail(name, fault)
		     : pass(name, xasprintf("%zu reservations", count));
}

static int64_t
place_of(const struct entry *entry)
{
	return json_get_int(entry->plan, "place", 0);
}

static bool
to_be_queued(const struct json *row)
{
	const char *what = json_get_text(row, "recommendation");

	return !strcmp(what, "upgrade") || !strcmp(what, "canary");
}

static char *
queue_fault(struct facts *facts)
{
	const struct json *row =
	    json_first(parts_list(facts->doc, "plan", "repos"));
	const struct entry *entry;
	int64_t last = 0;
	size_t i;

	for (i = 0; i < facts->count; i++) {
		entry = &facts->queue[i];
		if (map_get(&facts->queued, entry->repo_key) != entry)
			return xasprintf("%s: queued twice", entry->repo_key);
		if (!entry->plan || !to_be_queued(entry->plan))
			return xasprintf("%s: queued, but not recommended",
			    entry->repo_key);
		if (place_of(entry) <= last)
			return xasprintf("%s: place %" PRId64
					 " behind place %" PRId64,
			    entry->repo_key, place_of(entry), last);
		last = place_of(entry);
	}
	for (; row; row = json_next(row))
		if (to_be_queued(row) &&
		    !map_get(&facts->queued, json_get_text(row, "repo_key")))
			return xasprintf("%s: recommended, but not queued",
			    json_get_text(row, "repo_key"));

	return NULL;
}

/* An edge of the fleet whose needing end does not stand behind, by place and
 * by turn; cycles have a check of their own. */
static char *
edge_fault(const struct facts *facts)
{
	const struct order *order = &facts->order;
	const struct entry *from, *to;
	size_t i;

	for (i = 0; i < order->edge_count; i++) {
		from = facts->numbered[order->edges[i].from];
		to = facts->numbered[order->edges[i].to];
		if (!from || !to || order->dropped[i] ||
		    order->cycle[order->edges[i].from])
			continue;
		if (place_of(from) <= place_of(to) || from->turn <= to->turn)
			return xasprintf("%s does not stand behind %s",
			    from->repo_key, to->repo_key);
	}

	return NULL;
}

static struct check
queue_in_order(struct facts *facts)
{
	const char *name = "queue-in-order";
	char *fault = queue_fault(facts);

	if (!fault)
		fault = edge_fault(facts);

	return fault ? fail(name, fault)
		     : pass(name, xasprintf("%zu queued", facts->count));
}

void
policy_digest_of(const struct json *policy, char out[HASH_NAMED_SIZE])
{
	const struct json *at;
	struct buf text = { 0 };
	struct jw jw;

	jw_init(&jw, &text);
	jw_object(&jw, NULL);
	for (at = json_first(policy); at; at = json_next(at))
		if (strcmp(json_name(at), "digest") &&
		    strcmp(json_name(at), "zones"))
			jw_value(&jw, json_name(at), at);
	jw_end(&jw);
	canon_hash(text.data, text.len, out);
	buf_clear(&text);
}

static struct check
hashes_re_derive(struct facts *facts)
{
	const char *name = "hashes-re-derive";
	const struct json *policy = doc_get(facts->doc, "policy");
	const struct json *plan = doc_get(facts->doc, "plan");
	const char *digest = json_get_text(policy, "digest");
	const char *decision = json_get_text(plan, "decision_hash");
	char derived[HASH_NAMED_SIZE];

	policy_digest_of(policy, derived);
	if (!facts_same(digest, derived))
		return fail(name, xasprintf("policy.digest: %s, derived: %s",
				      digest ? digest : "null", derived));
	decision_hash(json_get(plan, "repos"),
	    json_get_text(plan, "policy_digest"), derived);
	if (!facts_same(decision, derived))
		return fail(name,
		    xasprintf("plan.decision_hash: %s, derived: %s",
			decision ? decision : "null", derived));

	return pass(name, xasprintf("decision %s", derived));
}

static struct check
dependencies_acyclic(struct facts *facts)
{
	const char *name = "dependencies-acyclic";
	const struct order *order = &facts->order;
	size_t i;

	for (i = 0; i < order->count; i++)
		if (facts->numbered[i] && order->cycle[i])
			return fail(name,
			    xasprintf("%s is on a dependency cycle",
				facts->numbered[i]->repo_key));

	return pass(name, xasprintf("%zu edges", order->edge_count));
}

/* What is wrong with the entry's lane, owned, or NULL. `last` is the entry
 * before it in its lane. */
static char *
lane_fault(const struct entry *entry, const struct entry *last)
{
	const struct json *it = entry->reservation;

	if (last && entry->turn <= last->turn)
		return xasprintf("lane %" PRId64 ": %s and %s: turn %" PRId64,
		    entry->lane, last->repo_key, entry->repo_key, entry->turn);
	if (it && (json_get_int(it, "lane", -1) != entry->lane ||
		      json_get_int(it, "turn", -1) != entry->turn))
		return xasprintf("%s: plan and lease name other lanes",
		    entry->repo_key);

	return NULL;
}

static struct check
lanes_kept(struct facts *facts)
{
	const char *name = "lanes-kept";
	const struct json *plan = doc_get(facts->doc, "plan");
	int64_t lanes = json_get_int(plan, "lane_count", -1);
	int64_t max =
	    json_int(parts_list(facts->doc, "policy", "max_lanes"), 0);
	char(*texts)[TOKEN_SIZE] = xcalloc(facts->count + 1, sizeof(*texts));
	struct map last = { 0 };
	struct entry *entry;
	char *fault = NULL;
	size_t i, used;

	for (i = 0; i < facts->count && !fault; i++) {
		entry = &facts->queue[i];
		snprintf(texts[i], TOKEN_SIZE, "%" PRId64, entry->lane);
		fault = lane_fault(entry, map_put(&last, texts[i], entry));
	}
	used = last.count;
	map_clear(&last);
	free(texts);
	if (fault)
		return fail(name, fault);

	fault = xasprintf("%zu used of %" PRId64 ", at most %" PRId64, used,
	    lanes, max);
	if (lanes < 0 || (int64_t)used > lanes || lanes > max)
		return fail(name, fault);

	return pass(name, fault);
}

static struct check
edges_have_both_ends(struct facts *facts)
{
	const char *name = "edges-have-both-ends";
	const struct json *at =
	    json_first(parts_list(facts->doc, "topo", "nodes"));
	struct map nodes = { 0 };
	char *fault = NULL;

	for (; at; at = json_next(at))
		map_put(&nodes, json_get_text(at, "id"), (void *)at);
	at = json_first(parts_list(facts->doc, "topo", "edges"));
	for (; at && !fault; at = json_next(at)) {
		const char *from = json_get_text(at, "from");
		const char *to = json_get_text(at, "to");

		if (!map_get(&nodes, from) || !map_get(&nodes, to))
			fault = xasprintf("%s %s %s", from,
			    json_get_text(at, "type"), to);
	}
	map_clear(&nodes);

	return fault ? fail(name, fault)
		     : pass(name, xasprintf("%zu edges",
				      facts_count(facts, "topo", "edges")));
}

/* The first event of another cycle, or NULL. */
static const char *
foreign_event(struct doc *doc, const char *cycle)
{
	const struct json *at = json_first(doc_get(doc, "events"));
	const char *id;
	size_t len = strlen(cycle);

	for (; at; at = json_next(at)) {
		id = json_get_text(at, "id");
		if (!id)
			return "without an id";
		if (strncmp(id, cycle, len) || id[len] != ':')
			return id;
	}

	return NULL;
}

/* The first cycle node of the graph that is not this cycle; NULL: all are. */
static const char *
foreign_node(struct facts *facts, const char *cycle)
{
	const struct json *at =
	    json_first(parts_list(facts->doc, "topo", "nodes"));
	const char *id;

	for (; at; at = json_next(at)) {
		id = json_get_text(at, "id");
		if (!strcmp(json_get_text(at, "type"), "cycle") &&
		    (strncmp(id, "cycle:", 6) || strcmp(id + 6, cycle)))
			return id;
	}

	return NULL;
}

static struct check
one_cycle_one_policy(struct facts *facts)
{
	const char *name = "one-cycle-one-policy";
	const char *cycle = json_text(parts_list(facts->doc, "cycle", "id"));
	const char *digest =
	    json_text(parts_list(facts->doc, "policy", "digest"));
	const char *planned =
	    json_text(parts_list(facts->doc, "plan", "policy_digest"));
	const char *other;

	if (!facts_same(digest, planned))
		return fail(name,
		    xasprintf("policy: %s, plan: %s", digest ? digest : "null",
			planned ? planned : "null"));
	other = foreign_node(facts, cycle);
	if (other)
		return fail(name, xasprintf("topo: %s", other));
	other = foreign_event(facts->doc, cycle);
	if (other)
		return fail(name, xasprintf("event %s", other));

	return pass(name, xasprintf("%s, %s", cycle, digest));
}

static struct check
ledger_verified(struct facts *facts)
{
	const struct json *ledger = parts_list(facts->doc, "memory", "ledger");
	int64_t seq = json_get_int(ledger, "seq", -1);
	const char *head = json_get_text(ledger, "hash");

	return check_make("ledger-verified",
	    json_get_bool(ledger, "verified", false) && seq >= 0 &&
		(head || seq == 0),
	    "gate", xasprintf("seq %" PRId64, seq));
}

void
fleet_checks(struct facts *facts, struct check checks[FLEET_CHECK_COUNT])
{
	*checks++ = leases_unique(facts);
	*checks++ = queue_in_order(facts);
	*checks++ = hashes_re_derive(facts);
	*checks++ = dependencies_acyclic(facts);
	*checks++ = lanes_kept(facts);
	*checks++ = edges_have_both_ends(facts);
	*checks++ = one_cycle_one_policy(facts);
	*checks++ = ledger_verified(facts);
}
