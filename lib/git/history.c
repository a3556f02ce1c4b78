#include "git/history.h"
#include "base/alloc.h"
#include <stdlib.h>
#include <string.h>

void
history_init(struct history *history, git_odb *odb)
{
	*history = (struct history){ .odb = odb };
}

/* Is it of one side alone, and of one that has to be settled? */
static bool
is_open(const struct history *history, const struct history_node *node)
{
	return node->sides != HISTORY_BOTH &&
	       (node->sides & history->settle) != 0;
}

static bool
newer(const struct history_node *a, const struct history_node *b)
{
	return a->date > b->date;
}

static void
exchange(struct history *history, size_t a, size_t b)
{
	struct history_node *node = history->heap[a];

	history->heap[a] = history->heap[b];
	history->heap[b] = node;
}

static void
push(struct history *history, struct history_node *node)
{
	size_t at = history->heap_count, up;

	node->queued = true;
	history->heap = xgrow(history->heap, history->heap_count,
	    &history->heap_cap, sizeof(struct history_node *));
	history->heap[history->heap_count++] = node;
	for (; at > 0; at = up) {
		up = (at - 1) / 2;
		if (!newer(history->heap[at], history->heap[up]))
			break;
		exchange(history, at, up);
	}
}

static struct history_node *
pop(struct history *history)
{
	struct history_node *top = history->heap[0];
	size_t at = 0, down;

	top->queued = false;
	history->heap[0] = history->heap[--history->heap_count];
	while ((down = 2 * at + 1) < history->heap_count) {
		if (down + 1 < history->heap_count &&
		    newer(history->heap[down + 1], history->heap[down]))
			down++;
		if (!newer(history->heap[down], history->heap[at]))
			break;
		exchange(history, at, down);
		at = down;
	}

	return top;
}

/* H1: the commit, read; `date` is its child's. */
static int
get(struct history *history, const git_oid *oid, int64_t date,
    struct history_node **out)
{
	struct history_node *node;
	char hex[OID_SIZE];
	int rc;

	lg_hex(hex, oid);
	*out = map_get(&history->by_hex, hex);
	if (*out != NULL)
		return 0;
	node = xcalloc(1, sizeof(*node));
	rc = commit_read(&node->commit, history->odb, oid);
	if (rc < 0) {
		history->failed = *oid;
		free(node);
		return rc;
	}
	node->oid = *oid;
	memcpy(node->hex, hex, sizeof(hex));
	history->odd |= node->commit.date == 0;
	node->date = node->commit.date > 0 ? node->commit.date : date; /* H3 */
	history->nodes = xgrow(history->nodes, history->count, &history->cap,
	    sizeof(struct history_node *));
	history->nodes[history->count++] = node;
	map_put(&history->by_hex, node->hex, node);
	*out = node;

	return 0;
}

/* H4 */
static int
parent(struct history *history, const struct history_node *node, size_t i,
    struct history_node **out)
{
	return get(history, &node->commit.parents[i], node->date, out);
}

static void
mark(struct history *history, struct history_node *node, unsigned sides)
{
	if ((node->sides & sides) == sides)
		return;
	history->open_count -= node->queued && is_open(history, node);
	node->sides |= sides;
	history->open_count += is_open(history, node);
	if (!node->queued)
		push(history, node);
}

int
history_add(struct history *history, const git_oid *oid, enum history_side side)
{
	struct history_node *node;
	int rc = get(history, oid, INT64_MAX, &node);

	if (rc == 0)
		mark(history, node, side);

	return rc;
}

static int
step(struct history *history)
{
	struct history_node *node = pop(history), *up;
	size_t i;
	int rc = 0;

	history->open_count -= is_open(history, node);
	for (i = 0; rc == 0 && i < node->commit.parent_count; i++) {
		rc = parent(history, node, i, &up);
		if (rc < 0)
			break;
		history->odd |= up->date > node->date;
		mark(history, up, node->sides);
	}

	return rc;
}

/* H2 */
static int64_t
oldest_open(const struct history *history)
{
	int64_t oldest = INT64_MAX;
	size_t i;

	for (i = 0; i < history->count; i++)
		if (is_open(history, history->nodes[i]) &&
		    history->nodes[i]->date < oldest)
			oldest = history->nodes[i]->date;

	return oldest;
}

/* H2: what both sides have, as far as it could show more to be theirs. */
static int
step_back(struct history *history)
{
	int64_t oldest = oldest_open(history);
	size_t slop = history->odd ? HISTORY_SLOP : 0;
	int rc = 0;

	if (oldest == INT64_MAX) /* nothing is of one side alone */
		return 0;
	while (rc == 0 && history->heap_count > 0) {
		if (history->heap[0]->date < oldest && slop-- == 0)
			break;
		rc = step(history);
	}

	return rc;
}

int
history_walk(struct history *history, unsigned settle)
{
	size_t i;
	int rc = 0;

	history->settle = settle;
	for (i = 0; i < history->heap_count; i++)
		history->open_count += is_open(history, history->heap[i]);
	while (rc == 0 && history->open_count > 0)
		rc = step(history);

	return rc == 0 ? step_back(history) : rc;
}

size_t
history_count(const struct history *history, unsigned sides)
{
	size_t i, count = 0;

	for (i = 0; i < history->count; i++)
		count += history->nodes[i]->sides == sides;

	return count;
}

const struct history_node *
history_find(const struct history *history, const git_oid *oid)
{
	char hex[OID_SIZE];

	lg_hex(hex, oid);

	return map_get(&history->by_hex, hex);
}

/* The way down from a commit that is to be told of, and how far it was gone. */
struct way {
	struct step {
		struct history_node *node;
		size_t parent;
	} * steps; /* owned */
	size_t count, cap;
};

static void
way_push(struct way *way, struct history_node *node)
{
	if (node == NULL || node->told || node->sides != HISTORY_RIGHT)
		return;
	node->told = true;
	way->steps =
	    xgrow(way->steps, way->count, &way->cap, sizeof(*way->steps));
	way->steps[way->count++] = (struct step){ node, 0 };
}

int
history_new(struct history *history,
    int (*each)(void *ctx, const struct history_node *node), void *ctx)
{
	struct way way = { 0 };
	struct step *top;
	char hex[OID_SIZE];
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < history->count; i++) {
		way_push(&way, history->nodes[i]);
		while (rc == 0 && way.count > 0) {
			top = &way.steps[way.count - 1];
			if (top->parent < top->node->commit.parent_count) {
				lg_hex(hex,
				    &top->node->commit.parents[top->parent++]);
				way_push(&way, map_get(&history->by_hex, hex));
			} else {
				rc = each(ctx, top->node);
				way.count--;
			}
		}
	}
	free(way.steps);

	return rc;
}

void
history_clear(struct history *history)
{
	size_t i;

	for (i = 0; i < history->count; i++) {
		commit_clear(&history->nodes[i]->commit);
		free(history->nodes[i]);
	}
	free(history->nodes);
	free(history->heap);
	map_clear(&history->by_hex);
	*history = (struct history){ 0 };
}

bool
history_descends(git_repository *repo, const git_oid *commit,
    const git_oid *old)
{
	const struct history_node *node;
	struct history history;
	git_odb *odb = NULL;
	bool descends = false;

	if (git_repository_odb(&odb, repo) < 0)
		return false;
	history_init(&history, odb);
	if (history_add(&history, old, HISTORY_LEFT) == 0 &&
	    history_add(&history, commit, HISTORY_RIGHT) == 0 &&
	    history_walk(&history, HISTORY_BOTH) == 0) {
		node = history_find(&history, old);
		descends = node->sides == HISTORY_BOTH;
	}
	history_clear(&history);
	git_odb_free(odb);

	return descends;
}
