#include "consensus.h"
#include "base/alloc.h"
#include "fleet_checks.h"
#include "json/canon.h"
#include "json/jw.h"
#include "model/decision.h"
#include "model/parts.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAYER_MAX 3

struct sayer {
	const char *who;
	char hash[HASH_NAMED_SIZE]; /* empty: does not know */
};

struct topic {
	const char *name;
	bool moving; /* with every cycle */
	size_t count;
	struct sayer sayers[SAYER_MAX];
};

static void
topic_say(struct topic *topic, const char *who, const char *hash)
{
	struct sayer *sayer = &topic->sayers[topic->count++];

	sayer->who = who;
	snprintf(sayer->hash, sizeof(sayer->hash), "%s", hash ? hash : "");
}

static bool
topic_agrees(const struct topic *topic)
{
	const char *first = NULL;
	size_t i;

	for (i = 0; i < topic->count; i++) {
		if (!*topic->sayers[i].hash)
			continue;
		if (first && strcmp(first, topic->sayers[i].hash))
			return false;
		first = topic->sayers[i].hash;
	}

	return first != NULL;
}

static void
topic_write(struct jw *jw, const struct topic *topic)
{
	const struct sayer *sayer;
	size_t i;

	jw_object(jw, NULL);
	jw_text(jw, "name", topic->name);
	jw_bool(jw, "agrees", topic_agrees(topic));
	jw_array(jw, "says");
	for (i = 0; i < topic->count; i++) {
		sayer = &topic->sayers[i];
		jw_object(jw, NULL);
		jw_text(jw, "who", sayer->who);
		jw_bool(jw, "knows", *sayer->hash);
		if (!topic->moving)
			jw_text(jw, "hash", *sayer->hash ? sayer->hash : NULL);
		jw_end(jw);
	}
	jw_end(jw);
	jw_end(jw);
}

static bool
passing(const char *id)
{
	return id && (!strncmp(id, "cycle:", 6) || !strncmp(id, "lease:", 6));
}

/* Over nodes and edges, without those that belong to one cycle. */
static void
graph_hash(const struct json *graph, char out[HASH_NAMED_SIZE])
{
	const struct json *at;
	struct buf text = { 0 };
	struct jw jw;

	jw_init(&jw, &text);
	jw_object(&jw, NULL);
	jw_array(&jw, "nodes");
	for (at = json_first(json_get(graph, "nodes")); at; at = json_next(at))
		if (!passing(json_get_text(at, "id")))
			jw_value(&jw, NULL, at);
	jw_end(&jw);
	jw_array(&jw, "edges");
	for (at = json_first(json_get(graph, "edges")); at; at = json_next(at))
		if (!passing(json_get_text(at, "from")) &&
		    !passing(json_get_text(at, "to")))
			jw_value(&jw, NULL, at);
	jw_end(&jw);
	jw_end(&jw);
	canon_hash(text.data, text.len, out);
	buf_clear(&text);
}

/* A state file's object; NULL where there is none, or none that can be read:
 * then it does not know. */
static struct json *
state_object(const struct state *state, const char *name)
{
	struct buf text = { 0 };
	struct json *object = NULL;
	struct err err;

	if (state_read(state, name, &text, &err) == 1)
		object = json_parse(text.data, text.len, name, &err);
	buf_clear(&text);

	return object;
}

static void
say_policy(struct topic *topic, struct doc *doc)
{
	const struct json *policy = doc_get(doc, "policy");
	char derived[HASH_NAMED_SIZE];

	policy_digest_of(policy, derived);
	topic_say(topic, "policy", json_get_text(policy, "digest"));
	topic_say(topic, "derived", derived);
	topic_say(topic, "plan",
	    json_get_text(doc_get(doc, "plan"), "policy_digest"));
}

static void
say_decision(struct topic *topic, struct doc *doc, const struct state *state)
{
	const struct json *plan = doc_get(doc, "plan");
	struct json *kept =
	    state_object(state, "global_orchestration_plan.json");
	char derived[HASH_NAMED_SIZE];

	decision_hash(json_get(plan, "repos"),
	    json_get_text(plan, "policy_digest"), derived);
	topic_say(topic, "plan", json_get_text(plan, "decision_hash"));
	topic_say(topic, "derived", derived);
	topic_say(topic, "global_orchestration_plan.json",
	    json_get_text(kept, "decision_hash"));
	json_free(kept);
}

static void
say_ledger(struct topic *topic, struct doc *doc)
{
	const struct json *memory = doc_get(doc, "memory");

	topic_say(topic, "ledger",
	    json_get_text(json_get(memory, "ledger"), "hash"));
	topic_say(topic, "auto_safe_upgrade_state.json",
	    json_get_text(json_get(memory, "state"), "hash"));
}

static void
say_graph(struct topic *topic, struct doc *doc, const struct state *state)
{
	struct json *kept = state_object(state, "runtime_topology_graph.json");
	char hash[HASH_NAMED_SIZE];

	graph_hash(doc_get(doc, "topo"), hash);
	topic_say(topic, "topo", hash);
	if (kept)
		graph_hash(kept, hash);
	topic_say(topic, "runtime_topology_graph.json", kept ? hash : NULL);
	json_free(kept);
}

int
consensus_keep(struct doc *doc, const struct state *state, struct err *err)
{
	struct topic topics[] = {
		{ .name = "policy-digest" },
		{ .name = "decision-hash" },
		{ .name = "ledger-head", .moving = true },
		{ .name = "topology" },
	};
	size_t i, count = sizeof(topics) / sizeof(*topics);
	struct buf text = { 0 };
	bool agreed = true;
	struct jw jw;
	int rc;

	say_policy(&topics[0], doc);
	say_decision(&topics[1], doc, state);
	say_ledger(&topics[2], doc);
	say_graph(&topics[3], doc, state);
	for (i = 0; i < count; i++)
		agreed &= topic_agrees(&topics[i]);

	jw_init(&jw, &text);
	jw_object(&jw, NULL);
	jw_text(&jw, "schema", "hermes.runtime_consensus_state/1");
	jw_bool(&jw, "agreed", agreed);
	jw_array(&jw, "hashes");
	for (i = 0; i < count; i++)
		topic_write(&jw, &topics[i]);
	jw_end(&jw);
	jw_end(&jw);
	buf_putc(&text, '\n');
	rc = state_write(state, "runtime_consensus_state.json", text.data,
	    text.len, err);
	buf_clear(&text);

	return rc == -1 ? -1 : 0;
}
