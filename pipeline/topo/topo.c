#include "topo.h"
#include "graph.h"
#include "hosts.h"
#include "json/jw.h"
#include "model/event.h"
#include "model/federation.h"
#include "model/parts.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void
add_list(struct graph *graph, const struct json *row, const char *type)
{
	const char *repo_key = json_get_text(row, "repo_key");
	const struct json *at;

	for (at = json_first(json_get(row, type)); at; at = json_next(at))
		graph_edge(graph, "repo", repo_key, type, "repo",
		    json_text(at));
}

static void
add_fleet(struct graph *graph, struct doc *doc)
{
	const struct json *row = json_first(parts_list(doc, "fleet", "repos"));
	const char *repo_key;

	for (; row; row = json_next(row)) {
		repo_key = json_get_text(row, "repo_key");
		graph_node(graph, "repo", repo_key, repo_key);
		add_list(graph, row, "depends_on");
		add_list(graph, row, "after");
	}
}

/* Another than the primary is selected. */
static bool
promoted(const struct json *selected)
{
	return json_type(selected) == JSON_OBJECT &&
	       federation_role(json_get_text(selected, "role")) != 0;
}

static void
add_endpoints(struct graph *graph, struct doc *doc)
{
	const struct json *row = json_first(parts_list(doc, "probe", "repos"));
	const struct json *at;
	const char *repo_key, *url, *host;

	for (; row; row = json_next(row)) {
		repo_key = json_get_text(row, "repo_key");
		for (at = json_first(json_get(row, "endpoints")); at;
		     at = json_next(at)) {
			url = json_get_text(at, "url");
			host = json_get_text(at, "host");
			graph_node(graph, "endpoint", url, url);
			graph_edge(graph, "repo", repo_key, "fetches_from",
			    "endpoint", url);
			if (!host)
				continue;
			graph_node(graph, "host", host, host);
			graph_edge(graph, "endpoint", url, "on_host", "host",
			    host);
		}
		if (promoted(json_get(row, "endpoint")))
			graph_edge(graph, "repo", repo_key, "promoted_to",
			    "endpoint",
			    json_get_text(json_get(row, "endpoint"), "url"));
	}
}

static void
add_budgets(struct graph *graph, const struct hosts *hosts)
{
	size_t from, end, i;

	for (from = 0; from < hosts->count; from = end) {
		end = hosts_end(hosts, from);
		if (!hosts_shared(hosts, from, end))
			continue;
		for (i = from; i < end; i++)
			graph_edge(graph, "repo", hosts->uses[i].repo_key,
			    "shares_budget", "host", hosts->uses[i].host);
	}
}

static void
add_lanes(struct graph *graph, struct doc *doc)
{
	const struct json *row = json_first(parts_list(doc, "plan", "queue"));
	char lane[24], label[32];

	for (; row; row = json_next(row)) {
		snprintf(lane, sizeof(lane), "%" PRId64,
		    json_get_int(row, "lane", 0));
		snprintf(label, sizeof(label), "lane %s", lane);
		graph_node(graph, "lane", lane, label);
		graph_edge(graph, "repo", json_get_text(row, "repo_key"),
		    "runs_in", "lane", lane);
	}
}

/* The nearest cause in another repository keeps this one back. */
static void
add_blocks(struct graph *graph, struct doc *doc)
{
	const struct json *row = json_first(parts_list(doc, "plan", "repos"));
	const struct json *link;
	const char *repo_key, *cause;

	for (; row; row = json_next(row)) {
		repo_key = json_get_text(row, "repo_key");
		for (link = json_first(json_get(row, "chain")); link;
		     link = json_next(link)) {
			cause = json_get_text(link, "repo_key");
			if (!cause || !strcmp(cause, repo_key))
				continue;
			graph_edge(graph, "repo", cause, "blocks", "repo",
			    repo_key);
			break;
		}
	}
}

static void
add_leases(struct graph *graph, struct doc *doc)
{
	const struct json *row =
	    json_first(parts_list(doc, "lease", "reservations"));
	const char *cycle = json_get_text(doc_get(doc, "cycle"), "id");
	const char *repo_key;
	char label[40];

	graph_node(graph, "cycle", cycle, cycle);
	for (; row; row = json_next(row)) {
		if (!json_get_bool(row, "granted", false))
			continue;
		repo_key = json_get_text(row, "repo_key");
		snprintf(label, sizeof(label), "token %" PRId64,
		    json_get_int(row, "token", 0));
		graph_node(graph, "lease", repo_key, label);
		graph_edge(graph, "lease", repo_key, "holds", "repo", repo_key);
		graph_edge(graph, "cycle", cycle, "holds", "lease", repo_key);
	}
}

static void
federation_write(struct jw *jw, const struct json *row)
{
	const struct json *selected = json_get(row, "endpoint");
	const struct json *at;
	enum federation_state state = FEDERATION_DOWN;

	jw_object(jw, NULL);
	jw_text(jw, "repo_key", json_get_text(row, "repo_key"));
	jw_array(jw, "members");
	for (at = json_first(json_get(row, "endpoints")); at;
	     at = json_next(at)) {
		jw_object(jw, NULL);
		jw_text(jw, "role", json_get_text(at, "role"));
		jw_text(jw, "url", json_get_text(at, "url"));
		jw_text(jw, "host", json_get_text(at, "host"));
		jw_text(jw, "class", json_get_text(at, "class"));
		jw_text(jw, "tip", json_get_text(at, "tip"));
		jw_end(jw);
	}
	jw_end(jw);
	if (json_type(selected) == JSON_OBJECT) {
		state = promoted(selected) ? FEDERATION_PROMOTED
					   : FEDERATION_PRIMARY;
		jw_object(jw, "selected");
		jw_text(jw, "role", json_get_text(selected, "role"));
		jw_text(jw, "url", json_get_text(selected, "url"));
		jw_end(jw);
	} else
		jw_null(jw, "selected");
	jw_text(jw, "state", federation_state_name(state));
	jw_end(jw);
}

static void
federations_write(struct jw *jw, struct doc *doc)
{
	const struct json *row = json_first(parts_list(doc, "probe", "repos"));

	jw_array(jw, "federations");
	for (; row; row = json_next(row))
		if (json_first(json_get(row, "endpoints")))
			federation_write(jw, row);
	jw_end(jw);
}

/* The most wanted role among a repository's endpoints. */
static const char *
first_role(const struct json *row)
{
	const struct json *at;
	const char *role, *best = NULL;

	for (at = json_first(json_get(row, "endpoints")); at;
	     at = json_next(at)) {
		role = json_get_text(at, "role");
		if (!best || federation_role(role) < federation_role(best))
			best = role;
	}

	return best;
}

static void
say_moved(struct doc *doc, const char *repo_key, const struct json *selected,
    const char *previous)
{
	const char *role = json_get_text(selected, "role");
	bool away = federation_role(role) > federation_role(previous);
	struct event event = {
		.source = "hermes-topo",
		.type = away ? "hermes.federation.promoted"
			     : "hermes.federation.demoted",
		.subject = repo_key,
	};
	struct buf data = { 0 };
	struct jw jw;

	jw_init(&jw, &data);
	jw_object(&jw, NULL);
	jw_text(&jw, "role", role);
	jw_text(&jw, "url", json_get_text(selected, "url"));
	jw_text(&jw, "previous_role", previous);
	jw_end(&jw);
	event_add(doc, &event, &data);
	buf_clear(&data);
}

/* Transitions only (E4). Nothing remembered counts as the most wanted role:
 * using that one is no news. */
static void
say_transitions(struct doc *doc)
{
	const struct json *row = json_first(parts_list(doc, "probe", "repos"));
	const struct json *state = json_get(doc_get(doc, "memory"), "state");
	const struct json *selected;
	const char *repo_key, *role, *previous;
	struct map known = { 0 };

	parts_index(&known, json_get(state, "repos"));
	for (; row; row = json_next(row)) {
		selected = json_get(row, "endpoint");
		role = json_get_text(selected, "role");
		repo_key = json_get_text(row, "repo_key");
		previous =
		    json_get_text(map_get(&known, repo_key), "endpoint_role");
		if (!previous)
			previous = first_role(row);
		if (role && previous && strcmp(role, previous))
			say_moved(doc, repo_key, selected, previous);
	}
	map_clear(&known);
}

static int
keep_graph(const struct graph *graph, const struct state *state,
    struct err *err)
{
	struct buf text = { 0 };
	struct jw jw;
	int rc;

	jw_init(&jw, &text);
	jw_object(&jw, NULL);
	jw_text(&jw, "schema", "hermes.runtime_topology_graph/1");
	graph_write(graph, true, &jw);
	jw_end(&jw);
	buf_putc(&text, '\n');
	rc = state_write(state, "runtime_topology_graph.json", text.data,
	    text.len, err);
	buf_clear(&text);

	return rc;
}

static int
keep_federations(struct doc *doc, const struct state *state, struct err *err)
{
	struct buf text = { 0 };
	struct jw jw;
	int rc;

	jw_init(&jw, &text);
	jw_object(&jw, NULL);
	jw_text(&jw, "schema", "hermes.remote_federation_state/1");
	federations_write(&jw, doc);
	jw_end(&jw);
	buf_putc(&text, '\n');
	rc = state_write(state, "remote_federation_state.json", text.data,
	    text.len, err);
	buf_clear(&text);

	return rc;
}

static int
keep_hosts(const struct hosts *hosts, struct doc *doc,
    const struct state *state, struct err *err)
{
	struct buf text = { 0 };
	int rc;

	hosts_write(hosts, parts_list(doc, "policy", "remote_budgets"), &text);
	rc = state_write(state, "federation_topology_state.json", text.data,
	    text.len, err);
	buf_clear(&text);

	return rc;
}

static void
topo_put(struct doc *doc, const struct graph *graph)
{
	struct buf text = { 0 };
	struct jw jw;

	jw_init(&jw, &text);
	jw_object(&jw, NULL);
	graph_write(graph, false, &jw);
	federations_write(&jw, doc);
	jw_end(&jw);
	doc_put(doc, "topo", &text);
}

int
topo_check(struct doc *doc, struct err *err)
{
	static const char *const names[] = { "cycle", "policy", "fleet",
		"memory", "probe", "plan", "lease", NULL };

	if (doc_begin(doc, "topo", err) == -1)
		return -1;

	return parts_check(doc, names, err);
}

int
topo_add(struct doc *doc, const struct state *state, struct err *err)
{
	struct graph graph = { 0 };
	struct hosts hosts = { 0 };
	int rc = 0;

	hosts_read(&hosts, parts_list(doc, "probe", "repos"));
	add_fleet(&graph, doc);
	add_endpoints(&graph, doc);
	add_budgets(&graph, &hosts);
	add_lanes(&graph, doc);
	add_blocks(&graph, doc);
	add_leases(&graph, doc);
	graph_sort(&graph);
	if (state && (keep_graph(&graph, state, err) == -1 ||
			 keep_federations(doc, state, err) == -1 ||
			 keep_hosts(&hosts, doc, state, err) == -1))
		rc = -1;
	topo_put(doc, &graph);
	say_transitions(doc);
	graph_clear(&graph);
	hosts_clear(&hosts);

	return rc;
}
