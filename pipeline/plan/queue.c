#include "queue.h"
#include "base/alloc.h"
#include <stdlib.h>
#include <string.h>

static int
by_place(const void *a, const void *b)
{
	const struct plan_repo *ra = *(const struct plan_repo *const *)a;
	const struct plan_repo *rb = *(const struct plan_repo *const *)b;

	if (ra->depth != rb->depth)
		return ra->depth < rb->depth ? -1 : 1;
	if (ra->word != rb->word)
		return ra->word < rb->word ? -1 : 1;
	if (ra->risk.permille != rb->risk.permille)
		return ra->risk.permille - rb->risk.permille;

	return strcmp(ra->repo_key, rb->repo_key);
}

/* Q1 */
static void
sort_places(struct plan *plan)
{
	struct plan_repo **sorted = xcalloc(plan->count + 1, sizeof(*sorted));
	size_t i;

	for (i = 0; i < plan->count; i++)
		sorted[i] = &plan->repos[i];
	qsort(sorted, plan->count, sizeof(*sorted), by_place);
	plan->places = xcalloc(plan->count + 1, sizeof(*plan->places));
	for (i = 0; i < plan->count; i++) {
		sorted[i]->place = i + 1;
		plan->places[i] = (size_t)(sorted[i] - plan->repos);
	}
	free(sorted);
}

/* A6 */
static size_t
lanes(const struct plan *plan)
{
	size_t most = (size_t)json_get_int(plan->policy, "max_lanes", 1);

	if (!strcmp(plan->pressure, "critical"))
		return 0;
	if (!strcmp(plan->pressure, "high"))
		return most > 1 ? most / 2 : 1;

	return most;
}

static bool
queued(const struct plan_repo *repo)
{
	return repo->word == PLAN_UPGRADE || repo->word == PLAN_CANARY;
}

/* The last turn of what `repo` has to wait for; 0: nothing. */
static size_t
last_turn_before(const struct plan *plan, const struct plan_repo *repo)
{
	const struct order *order = &plan->order;
	size_t i = (size_t)(repo - plan->repos), e, turn, last = 0;

	for (e = order->first[i]; e < order->first[i + 1]; e++) {
		turn = plan->repos[order->edges[e].to].turn;
		if (!order->dropped[e] && turn > last)
			last = turn;
	}

	return last;
}

/* Q2, Q3, Q4: a new turn where this one is full or must be over first. */
static void
give_turns(struct plan *plan)
{
	struct plan_repo *repo;
	size_t turn = 1, used = 0, i;

	for (i = 0; i < plan->count; i++) {
		repo = &plan->repos[plan->places[i]];
		plan->word_counts[repo->word]++;
		if (!queued(repo))
			continue;
		if (used == plan->lane_count ||
		    last_turn_before(plan, repo) == turn) {
			turn++;
			used = 0;
		}
		repo->turn = turn;
		repo->lane = ++used;
		plan->queue_count++;
	}
}

void
queue_fill(struct plan *plan)
{
	sort_places(plan);
	plan->lane_count = lanes(plan);
	give_turns(plan);
}
