#include "graph.h"
#include "base/alloc.h"
#include <stdlib.h>
#include <string.h>

static char *
make_id(const char *type, const char *name)
{
	return xasprintf("%s:%s", type, name);
}

void
graph_node(struct graph *graph, const char *type, const char *name,
    const char *label)
{
	graph->nodes = xgrow(graph->nodes, graph->node_count, &graph->node_cap,
	    sizeof(*graph->nodes));
	graph->nodes[graph->node_count++] = (struct graph_node){
		.id = make_id(type, name),
		.type = type,
		.label = xstrdup(label),
	};
}

void
graph_edge(struct graph *graph, const char *from_type, const char *from,
    const char *type, const char *to_type, const char *to)
{
	graph->edges = xgrow(graph->edges, graph->edge_count, &graph->edge_cap,
	    sizeof(*graph->edges));
	graph->edges[graph->edge_count++] = (struct graph_edge){
		.from = make_id(from_type, from),
		.to = make_id(to_type, to),
		.type = type,
	};
}

static int
compare_nodes(const void *a, const void *b)
{
	const struct graph_node *left = a, *right = b;

	return strcmp(left->id, right->id);
}

static int
compare_edges(const void *a, const void *b)
{
	const struct graph_edge *left = a, *right = b;
	int order = strcmp(left->from, right->from);

	if (!order)
		order = strcmp(left->to, right->to);

	return order ? order : strcmp(left->type, right->type);
}

static void
node_clear(struct graph_node *node)
{
	free(node->id);
	free(node->label);
}

static void
edge_clear(struct graph_edge *edge)
{
	free(edge->from);
	free(edge->to);
}

static void
sort_nodes(struct graph *graph)
{
	struct graph_node *nodes = graph->nodes;
	size_t i, kept = 0;

	if (graph->node_count)
		qsort(nodes, graph->node_count, sizeof(*nodes), compare_nodes);
	for (i = 0; i < graph->node_count; i++)
		if (kept && !compare_nodes(&nodes[kept - 1], &nodes[i]))
			node_clear(&nodes[i]);
		else
			nodes[kept++] = nodes[i];
	graph->node_count = kept;
}

static void
sort_edges(struct graph *graph)
{
	struct graph_edge *edges = graph->edges;
	size_t i, kept = 0;

	if (graph->edge_count)
		qsort(edges, graph->edge_count, sizeof(*edges), compare_edges);
	for (i = 0; i < graph->edge_count; i++)
		if (kept && !compare_edges(&edges[kept - 1], &edges[i]))
			edge_clear(&edges[i]);
		else
			edges[kept++] = edges[i];
	graph->edge_count = kept;
}

void
graph_sort(struct graph *graph)
{
	sort_nodes(graph);
	sort_edges(graph);
}

static bool
passing(const char *id)
{
	return !strncmp(id, "cycle:", 6) || !strncmp(id, "lease:", 6);
}

void
graph_write(const struct graph *graph, bool lasting, struct jw *jw)
{
	const struct graph_node *node;
	const struct graph_edge *edge;
	size_t i;

	jw_array(jw, "nodes");
	for (i = 0; i < graph->node_count; i++) {
		node = &graph->nodes[i];
		if (lasting && passing(node->id))
			continue;
		jw_object(jw, NULL);
		jw_text(jw, "id", node->id);
		jw_text(jw, "type", node->type);
		jw_text(jw, "label", node->label);
		jw_end(jw);
	}
	jw_end(jw);
	jw_array(jw, "edges");
	for (i = 0; i < graph->edge_count; i++) {
		edge = &graph->edges[i];
		if (lasting && (passing(edge->from) || passing(edge->to)))
			continue;
		jw_object(jw, NULL);
		jw_text(jw, "from", edge->from);
		jw_text(jw, "to", edge->to);
		jw_text(jw, "type", edge->type);
		jw_end(jw);
	}
	jw_end(jw);
}

void
graph_clear(struct graph *graph)
{
	while (graph->node_count)
		node_clear(&graph->nodes[--graph->node_count]);
	while (graph->edge_count)
		edge_clear(&graph->edges[--graph->edge_count]);
	free(graph->nodes);
	free(graph->edges);
	*graph = (struct graph){ 0 };
}
