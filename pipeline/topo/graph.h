/*
 * graph - typed nodes and edges, each once, sorted
 *
 * Nodes by id, edges by from, to and type; adding one twice is harmless.
 */
#ifndef TOPO_GRAPH_H
#define TOPO_GRAPH_H

#include "json/jw.h"
#include <stdbool.h>
#include <stddef.h>

struct graph_node {
	char *id;         /* owned; "repo:lib" */
	const char *type; /* static; what stands before the colon */
	char *label;      /* owned */
};

struct graph_edge {
	char *from; /* owned; a node's id */
	char *to;
	const char *type; /* static */
};

struct graph {
	struct graph_node *nodes; /* owned */
	size_t node_count, node_cap;
	struct graph_edge *edges; /* owned */
	size_t edge_count, edge_cap;
};

/* The node `type:name`. */
void graph_node(struct graph *graph, const char *type, const char *name,
    const char *label);

/* An edge between `from_type:from` and `to_type:to`. */
void graph_edge(struct graph *graph, const char *from_type, const char *from,
    const char *type, const char *to_type, const char *to);

/* Sort, and drop what is there twice. */
void graph_sort(struct graph *graph);

/*
 * Write the members "nodes" and "edges" of a sorted graph. `lasting`: without
 * the nodes that belong to one cycle (cycle, lease) and their edges.
 */
void graph_write(const struct graph *graph, bool lasting, struct jw *jw);

void graph_clear(struct graph *graph);

#endif
