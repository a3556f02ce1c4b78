/*
 * order - who comes before whom (A1)
 *
 * Repositories are numbered by the caller, 0 to count-1. An edge says that
 * one needs another (depends_on) or only wants to come behind it (after).
 * Cost is linear in repositories and edges.
 *
 *   O1  the depth of a repository is one more than the greatest depth of what
 *       it needs or comes after; 0 where there is none
 *   O2  a dependency cycle is a set of repositories each of which needs every
 *       other, or one that needs itself; its members share one depth
 *   O3  an `after` that contradicts (it would close a cycle) is dropped;
 *       which ones does not hang on the order of anything
 */
#ifndef MODEL_ORDER_H
#define MODEL_ORDER_H

#include <stdbool.h>
#include <stddef.h>

struct order_edge {
	size_t from; /* this one ... */
	size_t to;   /* ... needs, or comes after, this one */
	bool after;  /* order only */
};

struct order {
	struct order_edge *edges; /* owned; sorted by `from` once solved */
	size_t edge_count, edge_cap;
	size_t count;  /* of repositories */
	size_t *first; /* owned; edges of i: first[i] .. first[i + 1] - 1 */
	size_t *depth; /* owned */
	size_t *cycle; /* owned; 0, or the number of its cycle from 1 */
	size_t cycle_count; /* cycles are numbered by their lowest member */
	bool *dropped;      /* owned; of each edge: O3 */
};

void order_add(struct order *order, size_t from, size_t to, bool after);

/* Fill first, depth, cycle, dropped for `count` repositories. */
void order_solve(struct order *order, size_t count);

void order_clear(struct order *order);

#endif
