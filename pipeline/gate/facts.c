#include "facts.h"
#include "base/alloc.h"
#include "model/parts.h"
#include <stdlib.h>
#include <string.h>

int
facts_check(struct doc *doc, struct err *err)
{
	static const char *const names[] = { "cycle", "policy", "fleet",
		"memory", "probe", "plan", "lease", "topo", NULL };

	return parts_check(doc, names, err);
}

static void
read_queue(struct facts *facts)
{
	const struct json *row = parts_list(facts->doc, "plan", "queue");
	struct entry *entry;

	facts->queue = xcalloc(json_count(row) + 1, sizeof(*facts->queue));
	for (row = json_first(row); row; row = json_next(row)) {
		entry = &facts->queue[facts->count++];
		entry->repo_key = json_get_text(row, "repo_key");
		entry->lane = json_get_int(row, "lane", 0);
		entry->turn = json_get_int(row, "turn", 0);
		map_put(&facts->queued, entry->repo_key, entry);
	}
}

static void
read_rows(struct facts *facts)
{
	struct map fleet = { 0 }, probe = { 0 }, lease = { 0 }, topo = { 0 };
	struct entry *entry;
	size_t i;

	parts_index(&facts->plan, parts_list(facts->doc, "plan", "repos"));
	parts_index(&fleet, parts_list(facts->doc, "fleet", "repos"));
	parts_index(&probe, parts_list(facts->doc, "probe", "repos"));
	parts_index(&lease, parts_list(facts->doc, "lease", "reservations"));
	parts_index(&topo, parts_list(facts->doc, "topo", "federations"));
	for (i = 0; i < facts->count; i++) {
		entry = &facts->queue[i];
		entry->fleet = map_get(&fleet, entry->repo_key);
		entry->probe = map_get(&probe, entry->repo_key);
		entry->plan = map_get(&facts->plan, entry->repo_key);
		entry->reservation = map_get(&lease, entry->repo_key);
		entry->federation = map_get(&topo, entry->repo_key);
	}
	map_clear(&fleet);
	map_clear(&probe);
	map_clear(&lease);
	map_clear(&topo);
}

/* A token or a holder anywhere: no dry run. */
static bool
is_dry(struct doc *doc)
{
	const struct json *row =
	    json_first(parts_list(doc, "lease", "reservations"));

	if (json_type(parts_list(doc, "lease", "holder")) == JSON_OBJECT)
		return false;
	for (; row; row = json_next(row))
		if (json_get_int(row, "token", 0))
			return false;

	return true;
}

static void
add_edges(struct order *order, const struct map *numbers, size_t from,
    const struct json *row, const char *list)
{
	const struct json *at;
	const size_t *to;

	for (at = json_first(json_get(row, list)); at; at = json_next(at)) {
		to = map_get(numbers, json_text(at));
		if (to)
			order_add(order, from, *to, !strcmp(list, "after"));
	}
}

static void
read_order(struct facts *facts)
{
	const struct json *repos = parts_list(facts->doc, "fleet", "repos");
	const struct json *row;
	size_t i, count = json_count(repos);
	size_t *number = xcalloc(count + 1, sizeof(*number));
	struct map numbers = { 0 };
	const char *repo_key;

	facts->numbered = xcalloc(count + 1, sizeof(*facts->numbered));
	i = 0;
	for (row = json_first(repos); row; row = json_next(row), i++) {
		number[i] = i;
		repo_key = json_get_text(row, "repo_key");
		map_put(&numbers, repo_key, &number[i]);
		facts->numbered[i] = map_get(&facts->queued, repo_key);
	}
	i = 0;
	for (row = json_first(repos); row; row = json_next(row), i++) {
		add_edges(&facts->order, &numbers, i, row, "depends_on");
		add_edges(&facts->order, &numbers, i, row, "after");
	}
	order_solve(&facts->order, count);
	map_clear(&numbers);
	free(number);
}

void
facts_read(struct facts *facts, struct doc *doc)
{
	facts->doc = doc;
	facts->dry = is_dry(doc);
	read_queue(facts);
	read_rows(facts);
	read_order(facts);
}

size_t
facts_count(struct facts *facts, const char *name, const char *list)
{
	return json_count(parts_list(facts->doc, name, list));
}

bool
facts_is_oid(const char *text)
{
	return text && strlen(text) == 40 &&
	       strspn(text, "0123456789abcdef") == 40;
}

bool
facts_same(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

struct check
check_make(const char *name, bool passed, const char *code, char *evidence)
{
	return (struct check){ name, passed, passed ? NULL : code, evidence };
}

void
facts_clear(struct facts *facts)
{
	size_t i, k;

	for (i = 0; i < facts->count; i++)
		for (k = 0; k < REPO_CHECK_COUNT; k++)
			free(facts->queue[i].checks[k].evidence);
	free(facts->queue);
	free(facts->numbered);
	map_clear(&facts->queued);
	map_clear(&facts->plan);
	order_clear(&facts->order);
	*facts = (struct facts){ 0 };
}
