#include "health.h"
#include "base/alloc.h"
#include "json/jw.h"
#include "model/cycle.h"
#include "model/event.h"
#include "model/federation.h"
#include <stdlib.h>
#include <string.h>

#define FILE_NAME "remote_health.json"

/* One URL, as it will be remembered. */
struct health {
	const char *url; /* borrowed, all */
	const char *host;
	const char *class;
	const char *since_at;
	struct federation_health counts;
};

struct table {
	struct health *items; /* owned */
	size_t count, cap;
};

static bool
good(const char *class)
{
	return class && strcmp(class, "ok") == 0;
}

static struct health *
add(struct table *table, const struct health *health)
{
	table->items = xgrow(table->items, table->count, &table->cap,
	    sizeof(*table->items));
	table->items[table->count] = *health;

	return &table->items[table->count++];
}

static struct health
remembered(const struct json *row)
{
	return (struct health){ .url = json_get_text(row, "url"),
		.host = json_get_text(row, "host"),
		.class = json_get_text(row, "class"),
		.since_at = json_get_text(row, "since_at"),
		.counts = { .good_count =
				(int)json_get_int(row, "good_count", 0),
		    .bad_count = (int)json_get_int(row, "bad_count", 0) } };
}

static void
tell(struct doc *doc, const struct health *health)
{
	struct event event = { .source = "hermes-probe",
		.type = good(health->class) ? "hermes.remote.recovered"
					    : "hermes.remote.degraded",
		.subject = health->url };
	struct buf data = { 0 };
	struct jw jw;

	jw_init(&jw, &data);
	jw_object(&jw, NULL);
	jw_text(&jw, "host", health->host);
	jw_text(&jw, "class", health->class);
	jw_end(&jw);
	event_add(doc, &event, &data);
	buf_clear(&data);
}

static void
note_one(struct table *table, struct doc *doc, const struct probe *probe,
    const struct listing *listing, const char *now)
{
	const struct json *row = map_get(&probe->health, listing->shown);
	struct health health = { 0 };
	const char *before;

	if (row)
		health = remembered(row);
	else if (good(listing_class(listing))) /* steady until it fails */
		health.counts.good_count = FEDERATION_GOOD_COUNT;
	before = health.class;
	health.url = listing->shown;
	health.host = listing->url.host;
	health.class = listing_class(listing);
	if (!before || strcmp(before, health.class) != 0)
		health.since_at = now;
	federation_health_note(&health.counts, good(health.class));
	add(table, &health);
	if (before ? good(before) != good(health.class) : !good(health.class))
		tell(doc, &health);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(((const struct health *)a)->url,
	    ((const struct health *)b)->url);
}

/* Of two ways to one URL that one counts which failed, else the first. */
static bool
counts(const struct map *asked, const struct listing *listing)
{
	const struct listing *other = map_get(asked, listing->shown);

	return !other ||
	       (good(listing_class(other)) && !good(listing_class(listing)));
}

/* What was asked now, and what is remembered of the rest. */
static void
fill(struct table *table, struct doc *doc, const struct probe *probe,
    bool offline, const char *now)
{
	const struct listing *listing;
	const struct json *row;
	struct health health;
	struct map asked = { 0 };
	size_t i;

	for (i = 0; i < probe->listings.count; i++) {
		listing = probe->listings.items[i];
		if (!listing->endpoint.class || (offline && listing->url.host))
			continue;
		if (counts(&asked, listing))
			map_put(&asked, listing->shown, (void *)listing);
	}
	for (i = 0; i < probe->listings.count; i++) {
		listing = probe->listings.items[i];
		if (map_get(&asked, listing->shown) == listing)
			note_one(table, doc, probe, listing, now);
	}
	row = json_first(
	    json_get(json_get(doc_get(doc, "memory"), "remote_health"),
		"remotes"));
	for (; row; row = json_next(row)) {
		health = remembered(row);
		if (health.url && !map_get(&asked, health.url))
			add(table, &health);
	}
	map_clear(&asked);
	if (table->count > 0)
		qsort(table->items, table->count, sizeof(*table->items),
		    compare);
}

static int
keep(const struct table *table, const struct breaker *breaker,
    const struct state *state, struct err *err)
{
	const struct health *health;
	struct buf out = { 0 };
	struct jw jw;
	size_t i;
	int rc;

	jw_init(&jw, &out);
	jw_object(&jw, NULL);
	jw_text(&jw, "schema", "hermes.remote_health/1");
	jw_array(&jw, "remotes");
	for (i = 0; i < table->count; i++) {
		health = &table->items[i];
		jw_object(&jw, NULL);
		jw_text(&jw, "url", health->url);
		jw_text(&jw, "host", health->host);
		jw_text(&jw, "class", health->class);
		jw_int(&jw, "good_count", health->counts.good_count);
		jw_int(&jw, "bad_count", health->counts.bad_count);
		jw_text(&jw, "since_at", health->since_at);
		jw_end(&jw);
	}
	jw_end(&jw);
	breaker_write(breaker, &jw);
	jw_end(&jw);
	buf_putc(&out, '\n');
	rc = state_write(state, FILE_NAME, out.data, out.len, err);
	buf_clear(&out);

	return rc == -1 ? -1 : 0;
}

/* Only hosts that were asked can say that this machine is online again. */
static void
note_offline(struct doc *doc, bool offline, int64_t host_count)
{
	const struct event event = { .source = "hermes-probe",
		.type = "hermes.host.offline" };
	bool before = json_get_bool(json_get(doc_get(doc, "memory"), "state"),
	    "offline", false);
	struct buf data = { 0 };
	struct jw jw;

	if (host_count == 0 || before == offline)
		return;
	jw_init(&jw, &data);
	jw_object(&jw, NULL);
	jw_bool(&jw, "offline", offline);
	jw_int(&jw, "host_count", host_count);
	jw_end(&jw);
	event_add(doc, &event, &data);
	buf_clear(&data);
}

int
health_note(struct doc *doc, const struct probe *probe,
    const struct state *state, struct err *err)
{
	struct table table = { 0 };
	char now[INSTANT_SIZE];
	struct cycle cycle;
	int64_t host_count;
	bool offline;
	int rc;

	if (cycle_get(doc, &cycle, err) == -1)
		return -1;
	instant_format(cycle.real_at, now);
	offline = listing_offline(&probe->listings, &host_count);
	note_offline(doc, offline, host_count);
	fill(&table, doc, probe, offline, now);
	rc = state ? keep(&table, &probe->listings.breaker, state, err) : 0;
	free(table.items);

	return rc;
}
