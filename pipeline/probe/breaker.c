#include "breaker.h"
#include "base/alloc.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FROZEN_MAX_MS ((int64_t)24 * 60 * 60 * 1000)

struct breaker_host {
	char *name; /* owned */
	int busy, slow_count;
	bool broken;
	bool doubted; /* the next answer decides: no more than one asks */
	instant broken_since_at;
	instant frozen_until; /* 0: not */
};

static bool
frozen(const struct breaker *breaker, const struct breaker_host *host)
{
	return host->frozen_until > breaker->now &&
	       host->frozen_until <= breaker->now + FROZEN_MAX_MS;
}

static struct breaker_host *
get(struct breaker *breaker, const char *name)
{
	struct breaker_host *host = map_get(&breaker->hosts, name);

	if (host)
		return host;
	host = xcalloc(1, sizeof(*host));
	host->name = xstrdup(name);
	breaker->items = xgrow(breaker->items, breaker->count, &breaker->cap,
	    sizeof(*breaker->items));
	breaker->items[breaker->count++] = host;
	map_put(&breaker->hosts, host->name, host);

	return host;
}

static instant
read_instant(const struct json *row, const char *name)
{
	const char *text = json_get_text(row, name);
	instant at;

	return text && instant_parse(text, &at) == 0 ? at : 0;
}

void
breaker_begin(struct breaker *breaker, const struct json *health, instant now)
{
	const struct json *row = json_first(json_get(health, "hosts"));
	struct breaker_host *host;

	breaker->now = now;
	for (; row; row = json_next(row)) {
		if (!json_get_text(row, "host"))
			continue;
		host = get(breaker, json_get_text(row, "host"));
		host->broken_since_at = read_instant(row, "broken_since_at");
		host->broken = host->doubted = host->broken_since_at != 0;
		host->frozen_until = read_instant(row, "frozen_until");
	}
}

enum pool_ready
breaker_ready(const struct breaker *breaker, const char *name)
{
	const struct breaker_host *host =
	    name ? map_get(&breaker->hosts, name) : NULL;

	if (!host)
		return POOL_NOW;
	if (frozen(breaker, host) || (host->broken && !host->doubted))
		return POOL_NEVER;

	return host->doubted && host->busy > 0 ? POOL_LATER : POOL_NOW;
}

void
breaker_take(struct breaker *breaker, const char *name)
{
	if (name)
		get(breaker, name)->busy++;
}

static bool
slow(const char *class)
{
	return strcmp(class, "timeout") == 0 || strcmp(class, "too-slow") == 0;
}

void
breaker_give(struct breaker *breaker, const char *name)
{
	if (name)
		get(breaker, name)->busy--;
}

static void
note_slow(struct breaker *breaker, struct breaker_host *host)
{
	if (++host->slow_count < BREAKER_COUNT && !host->broken) {
		host->doubted = true;
		return;
	}
	if (!host->broken)
		host->broken_since_at = breaker->now;
	host->broken = true;
	host->doubted = false;
}

void
breaker_note(struct breaker *breaker, const char *name, const char *class,
    int64_t retry_after_ms)
{
	struct breaker_host *host;

	if (!name)
		return;
	host = get(breaker, name);
	if (slow(class)) {
		note_slow(breaker, host);
	} else if (host->doubted) {
		host->broken = host->doubted = false;
		host->slow_count = 0;
	}
	if (retry_after_ms > FROZEN_MAX_MS)
		retry_after_ms = FROZEN_MAX_MS;
	if (breaker->now + retry_after_ms > host->frozen_until)
		host->frozen_until = breaker->now + retry_after_ms;
}

const char *
breaker_why(const struct breaker *breaker, const char *name, char **detail)
{
	const struct breaker_host *host = map_get(&breaker->hosts, name);
	char until[INSTANT_SIZE];

	if (host && frozen(breaker, host)) {
		instant_format(host->frozen_until, until);
		*detail = xasprintf("not asked: the host said to come back "
				    "at %s",
		    until);
		return "rate-limited";
	}
	*detail = xstrdup("not asked: the host did not answer before");

	return "timeout";
}

static int
compare(const void *a, const void *b)
{
	return strcmp((*(struct breaker_host *const *)a)->name,
	    (*(struct breaker_host *const *)b)->name);
}

static void
write_instant(struct jw *jw, const char *name, bool known, instant at)
{
	char text[INSTANT_SIZE];

	if (known && instant_format(at, text) == 0)
		jw_text(jw, name, text);
	else
		jw_null(jw, name);
}

void
breaker_write(const struct breaker *breaker, struct jw *jw)
{
	struct breaker_host **list = xcalloc(breaker->count + 1, sizeof(*list));
	const struct breaker_host *host;
	size_t i;

	for (i = 0; i < breaker->count; i++)
		list[i] = breaker->items[i];
	qsort(list, breaker->count, sizeof(*list), compare);
	jw_array(jw, "hosts");
	for (i = 0; i < breaker->count; i++) {
		host = list[i];
		if (!host->broken && !frozen(breaker, host))
			continue;
		jw_object(jw, NULL);
		jw_text(jw, "host", host->name);
		write_instant(jw, "broken_since_at", host->broken,
		    host->broken_since_at);
		write_instant(jw, "frozen_until", frozen(breaker, host),
		    host->frozen_until);
		jw_end(jw);
	}
	jw_end(jw);
	free(list);
}

void
breaker_clear(struct breaker *breaker)
{
	size_t i;

	for (i = 0; i < breaker->count; i++) {
		free(breaker->items[i]->name);
		free(breaker->items[i]);
	}
	free(breaker->items);
	map_clear(&breaker->hosts);
	*breaker = (struct breaker){ 0 };
}
