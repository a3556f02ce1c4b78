#include "model/order.h"
#include "base/alloc.h"
#include <stdlib.h>
#include <string.h>

#define NOWHERE ((size_t)-1)

void
order_add(struct order *order, size_t from, size_t to, bool after)
{
	order->edges = xgrow(order->edges, order->edge_count, &order->edge_cap,
	    sizeof(*order->edges));
	order->edges[order->edge_count++] =
	    (struct order_edge){ from, to, after };
}

/* Edges into the order of `from`, stable, by counting. */
static void
sort_edges(struct order *order)
{
	struct order_edge *sorted =
	    xcalloc(order->edge_count + 1, sizeof(*sorted));
	size_t *next = xcalloc(order->count + 1, sizeof(*next));
	size_t i;

	order->first = xcalloc(order->count + 1, sizeof(*order->first));
	for (i = 0; i < order->edge_count; i++)
		order->first[order->edges[i].from + 1]++;
	for (i = 0; i < order->count; i++)
		order->first[i + 1] += order->first[i];
	memcpy(next, order->first, (order->count + 1) * sizeof(*next));
	for (i = 0; i < order->edge_count; i++)
		sorted[next[order->edges[i].from]++] = order->edges[i];
	free(next);
	free(order->edges);
	order->edges = sorted;
	order->edge_cap = order->edge_count + 1;
}

/*
 * Strongly connected components (Tarjan), without recursion: a chain of any
 * length costs no stack. `part[i]` is the component of i; a component is
 * numbered after all that it leads to.
 */
struct scc {
	const struct order *order;
	bool with_after;
	size_t *part;
	size_t part_count;
	size_t *index, *low, *edge; /* by repository */
	size_t *stack, *path;       /* of repositories */
	size_t stack_len, path_len, clock;
};

static void
scc_enter(struct scc *scc, size_t i)
{
	scc->index[i] = scc->low[i] = ++scc->clock;
	scc->edge[i] = scc->order->first[i];
	scc->stack[scc->stack_len++] = i;
	scc->path[scc->path_len++] = i;
}

static void
scc_leave(struct scc *scc, size_t i)
{
	size_t member, up;

	scc->path_len--;
	if (scc->low[i] == scc->index[i]) {
		do {
			member = scc->stack[--scc->stack_len];
			scc->part[member] = scc->part_count;
		} while (member != i);
		scc->part_count++;
	}
	if (!scc->path_len)
		return;
	up = scc->path[scc->path_len - 1];
	if (scc->low[i] < scc->low[up])
		scc->low[up] = scc->low[i];
}

/* One step from the end of the path. */
static void
scc_step(struct scc *scc)
{
	size_t i = scc->path[scc->path_len - 1];
	const struct order_edge *edge;

	if (scc->edge[i] == scc->order->first[i + 1]) {
		scc_leave(scc, i);
		return;
	}
	edge = &scc->order->edges[scc->edge[i]++];
	if (edge->after && !scc->with_after)
		return;
	if (!scc->index[edge->to])
		scc_enter(scc, edge->to);
	else if (scc->part[edge->to] == NOWHERE &&
		 scc->index[edge->to] < scc->low[i])
		scc->low[i] = scc->index[edge->to];
}

static size_t *
components(const struct order *order, bool with_after, size_t *part_count)
{
	size_t n = order->count, i;
	size_t *room = xcalloc(n * 5 + 1, sizeof(*room));
	struct scc scc = { .order = order, .with_after = with_after };

	scc.part = xcalloc(n + 1, sizeof(*scc.part));
	scc.index = room;
	scc.low = room + n;
	scc.edge = room + n * 2;
	scc.stack = room + n * 3;
	scc.path = room + n * 4;
	for (i = 0; i < n; i++)
		scc.part[i] = NOWHERE;
	for (i = 0; i < n; i++) {
		if (!scc.index[i])
			scc_enter(&scc, i);
		while (scc.path_len)
			scc_step(&scc);
	}
	free(room);
	*part_count = scc.part_count;

	return scc.part;
}

/* O3: an `after` between members of one component closes a cycle. */
static void
drop_contradictions(struct order *order)
{
	size_t i, part_count;
	size_t *part = components(order, true, &part_count);

	order->dropped =
	    xcalloc(order->edge_count + 1, sizeof(*order->dropped));
	for (i = 0; i < order->edge_count; i++)
		order->dropped[i] =
		    order->edges[i].after &&
		    part[order->edges[i].from] == part[order->edges[i].to];
	free(part);
}

static bool
needs_itself(const struct order *order, size_t i)
{
	size_t e;

	for (e = order->first[i]; e < order->first[i + 1]; e++)
		if (!order->edges[e].after && order->edges[e].to == i)
			return true;

	return false;
}

/* O2 */
static void
number_cycles(struct order *order, const size_t *part, size_t part_count)
{
	size_t *size = xcalloc(part_count + 1, sizeof(*size));
	size_t *number = xcalloc(part_count + 1, sizeof(*number));
	size_t i;

	order->cycle = xcalloc(order->count + 1, sizeof(*order->cycle));
	for (i = 0; i < order->count; i++)
		size[part[i]]++;
	for (i = 0; i < order->count; i++) {
		if (size[part[i]] < 2 && !needs_itself(order, i))
			continue;
		if (!number[part[i]])
			number[part[i]] = ++order->cycle_count;
		order->cycle[i] = number[part[i]];
	}
	free(size);
	free(number);
}

/*
 * O1 over components: how many edges lead to what each still waits for, then
 * from those that wait for nothing upwards (Kahn). Edges are walked against
 * their direction, through `back`.
 */
struct kahn {
	const struct order *order;
	const size_t *part;
	size_t *waits, *depth; /* by component */
	size_t *first, *back;  /* by component: edges that lead to it */
	size_t *ready, ready_len;
};

static bool
counts(const struct kahn *kahn, size_t e)
{
	const struct order_edge *edge = &kahn->order->edges[e];

	return !kahn->order->dropped[e] &&
	       kahn->part[edge->from] != kahn->part[edge->to];
}

static void
turn_edges(struct kahn *kahn, size_t part_count)
{
	const struct order *order = kahn->order;
	size_t *next, e, i;

	for (e = 0; e < order->edge_count; e++)
		if (counts(kahn, e)) {
			kahn->waits[kahn->part[order->edges[e].from]]++;
			kahn->first[kahn->part[order->edges[e].to] + 1]++;
		}
	for (i = 0; i < part_count; i++)
		kahn->first[i + 1] += kahn->first[i];
	next = xcalloc(part_count + 1, sizeof(*next));
	memcpy(next, kahn->first, (part_count + 1) * sizeof(*next));
	for (e = 0; e < order->edge_count; e++)
		if (counts(kahn, e))
			kahn->back[next[kahn->part[order->edges[e].to]]++] =
			    kahn->part[order->edges[e].from];
	free(next);
}

static void
settle(struct kahn *kahn, size_t part)
{
	size_t e, up;

	for (e = kahn->first[part]; e < kahn->first[part + 1]; e++) {
		up = kahn->back[e];
		if (kahn->depth[up] < kahn->depth[part] + 1)
			kahn->depth[up] = kahn->depth[part] + 1;
		if (--kahn->waits[up] == 0)
			kahn->ready[kahn->ready_len++] = up;
	}
}

static void
find_depths(struct order *order, const size_t *part, size_t part_count)
{
	size_t n = part_count + 1, i, done;
	size_t *room = xcalloc(n * 4 + 1, sizeof(*room));
	struct kahn kahn = { .order = order, .part = part };

	kahn.waits = room;
	kahn.depth = room + n;
	kahn.ready = room + n * 2;
	kahn.first = room + n * 3;
	kahn.back = xcalloc(order->edge_count + 1, sizeof(*kahn.back));
	turn_edges(&kahn, part_count);
	for (i = 0; i < part_count; i++)
		if (!kahn.waits[i])
			kahn.ready[kahn.ready_len++] = i;
	for (done = 0; done < kahn.ready_len; done++)
		settle(&kahn, kahn.ready[done]);
	order->depth = xcalloc(order->count + 1, sizeof(*order->depth));
	for (i = 0; i < order->count; i++)
		order->depth[i] = kahn.depth[part[i]];
	free(kahn.back);
	free(room);
}

void
order_solve(struct order *order, size_t count)
{
	size_t part_count, *part;

	order->count = count;
	sort_edges(order);
	drop_contradictions(order);
	part = components(order, false, &part_count);
	number_cycles(order, part, part_count);
	find_depths(order, part, part_count);
	free(part);
}

void
order_clear(struct order *order)
{
	free(order->edges);
	free(order->first);
	free(order->depth);
	free(order->cycle);
	free(order->dropped);
	*order = (struct order){ 0 };
}
