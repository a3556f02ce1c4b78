#include "listing.h"
#include "base/alloc.h"
#include "budget.h"
#include "git/patience.h"
#include "git/ref_store.h"
#include "git/tags.h"
#include "git/trouble.h"
#include "model/reason.h"
#include "proc/pool.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_MARK '\t' /* no URL has one */

char *
listing_key(const char *shown, const char *access)
{
	return xasprintf("%s%c%s", shown, KEY_MARK, access);
}

static struct listing *
get(struct listings *listings, const char *key)
{
	struct listing *listing = map_get(&listings->by_key, key);
	const char *mark = strchrnul(key, KEY_MARK);

	if (listing)
		return listing;
	listing = xcalloc(1, sizeof(*listing));
	listing->key = xstrdup(key);
	listing->shown = xstrndup(key, (size_t)(mark - key));
	access_parse(&listing->access, mark + (*mark != '\0'));
	listings->items = xgrow(listings->items, listings->count,
	    &listings->cap, sizeof(*listings->items));
	listings->items[listings->count++] = listing;
	map_put(&listings->by_key, listing->key, listing);

	return listing;
}

static bool
wants(const struct listing *listing, const char *ref)
{
	size_t i;

	for (i = 0; i < listing->wanted_count; i++)
		if (strcmp(listing->wanted[i], ref) == 0)
			return true;

	return false;
}

const struct endpoint *
listing_find(const struct listings *listings, const char *key, const char *ref)
{
	const struct listing *listing = map_get(&listings->by_key, key);

	return listing && listing->endpoint.class && wants(listing, ref)
		   ? &listing->endpoint
		   : NULL;
}

const char *
listing_want(struct listings *listings, const char *key, const char *ref)
{
	struct listing *listing = get(listings, key);
	const char *why;

	if (!listing->url.text &&
	    url_parse(&listing->url, listing->shown, &why) == -1)
		return NULL;
	if (!wants(listing, ref)) {
		listing->wanted = xgrow(listing->wanted, listing->wanted_count,
		    &listing->wanted_cap, sizeof(*listing->wanted));
		listing->wanted[listing->wanted_count++] = xstrdup(ref);
		listing->due = true;
	}

	return listing->url.host;
}

void
listing_follow(struct listings *listings, const char *key,
    const char *common_dir)
{
	list_add(&get(listings, key)->followed, common_dir);
}

void
listing_note(struct listings *listings, const char *key, const char *class)
{
	const struct reason *reason = reason_find(class);

	get(listings, key)->endpoint.class = reason ? reason->code : "ok";
}

const char *
listing_fetched(struct listings *listings, const char *key, const char *class)
{
	struct listing *listing = get(listings, key);
	const struct reason *reason = reason_find(class);

	if (reason && reason_is(class, REASON_REMOTE))
		listing->fetch_class = reason->code;

	return listing->url.host;
}

const char *
listing_class(const struct listing *listing)
{
	return listing->endpoint.class && listing->fetch_class
		   ? listing->fetch_class
		   : listing->endpoint.class;
}

#define MEMORY_MAX ((size_t)512 << 20) /* of a worker */

/* One run: the listings that are due. */
struct run {
	struct breaker *breaker;   /* borrowed */
	struct progress *progress; /* borrowed */
	int64_t deadline_ms;
	struct listing **due; /* owned; the listings borrowed */
	size_t count;
	struct budget budget;
};

/* The tags that all of the checkouts have; NULL: nobody asks for any. */
static const struct list *
common_tags(const struct listing *listing, struct list *names)
{
	struct list own = { 0 };
	size_t i, k, kept;

	if (listing->followed.count == 0)
		return NULL;
	tags_here(listing->followed.items[0], names);
	for (i = 1; i < listing->followed.count; i++) {
		tags_here(listing->followed.items[i], &own);
		for (k = kept = 0; k < names->count; k++)
			if (ref_names_have(&own, names->items[k]))
				names->items[kept++] = names->items[k];
			else
				free(names->items[k]);
		names->count = kept;
		list_clear(&own);
	}

	return names;
}

/* A line each: class, detail, when to come back, head, tags, refs. */
static void
work(void *ctx, size_t i, struct buf *answer)
{
	const struct run *run = ctx;
	const struct listing *listing = run->due[i];
	struct endpoint got = { 0 };
	struct list have = { 0 };
	size_t k;

	patience_begin(run->deadline_ms);
	endpoint_list(&got, &listing->url, &listing->access,
	    (const char *const *)listing->wanted, listing->wanted_count,
	    common_tags(listing, &have));
	list_clear(&have);
	buf_printf(answer, "class %s\n", got.class);
	if (got.detail)
		buf_printf(answer, "detail %s\n", got.detail);
	if (trouble_last()->retry_after_ms > 0)
		buf_printf(answer, "retry %lld\n",
		    (long long)trouble_last()->retry_after_ms);
	if (got.head)
		buf_printf(answer, "head %s\n", got.head);
	for (k = 0; k < got.tag_count; k++)
		buf_printf(answer, "tag %s %s %s\n", got.tags[k].oid,
		    got.tags[k].peeled, got.tags[k].name);
	for (k = 0; k < got.ref_count; k++)
		buf_printf(answer, "%s %s\n", got.refs[k].oid,
		    got.refs[k].name);
	endpoint_clear(&got);
}

/* "OID PEELED NAME" */
static void
read_tag(struct endpoint *endpoint, char *line)
{
	char *peeled = line + OID_SIZE, *name = peeled + OID_SIZE;

	if (strlen(line) <= (size_t)(name - line))
		return;
	peeled[-1] = name[-1] = '\0';
	endpoint_add_tag(endpoint, name, line, peeled);
}

static void
read_line(struct endpoint *endpoint, char *line, int64_t *retry_ms)
{
	const struct reason *reason;

	if (strncmp(line, "class ", 6) == 0) {
		reason = reason_find(line + 6);
		endpoint->class = reason ? reason->code : "ok";
	} else if (strncmp(line, "detail ", 7) == 0) {
		endpoint->detail = xstrdup(line + 7);
	} else if (strncmp(line, "retry ", 6) == 0) {
		*retry_ms = strtoll(line + 6, NULL, 10);
	} else if (strncmp(line, "head ", 5) == 0) {
		endpoint->head = xstrdup(line + 5);
	} else if (strncmp(line, "tag ", 4) == 0) {
		read_tag(endpoint, line + 4);
	} else if (strlen(line) > OID_SIZE) {
		line[OID_SIZE - 1] = '\0';
		endpoint_add(endpoint, line + OID_SIZE, line);
	}
}

static void
read_answer(struct endpoint *endpoint, const struct buf *answer,
    int64_t *retry_ms)
{
	char *text = xstrdup(buf_text(answer)), *line, *next = NULL;

	for (line = strtok_r(text, "\n", &next); line;
	     line = strtok_r(NULL, "\n", &next))
		read_line(endpoint, line, retry_ms);
	free(text);
}

static void
done(void *ctx, size_t i, enum pool_outcome outcome, const struct buf *answer,
    int64_t ms)
{
	struct run *run = ctx;
	struct listing *listing = run->due[i];
	struct endpoint *endpoint = &listing->endpoint;
	const char *host = listing->url.host;
	int64_t retry_ms = 0;

	(void)ms;
	listing->due = false;
	progress_listed(run->progress);
	endpoint_clear(endpoint);
	if (outcome == POOL_SKIPPED) {
		endpoint->class =
		    breaker_why(run->breaker, host, &endpoint->detail);
		return;
	}
	budget_give(&run->budget, host);
	breaker_give(run->breaker, host);
	progress_answered(run->progress, host);
	endpoint->class = outcome == POOL_TIMEOUT ? "timeout" : "server-error";
	if (outcome == POOL_DIED)
		endpoint->detail = xstrdup("the worker that listed it died");
	else if (outcome == POOL_DONE)
		read_answer(endpoint, answer, &retry_ms);
	breaker_note(run->breaker, host, endpoint->class, retry_ms);
}

static enum pool_ready
ready(void *ctx, size_t i)
{
	struct run *run = ctx;
	const char *host = run->due[i]->url.host;
	enum pool_ready may = breaker_ready(run->breaker, host);

	return may == POOL_NOW ? budget_ready(&run->budget, host) : may;
}

static void
started(void *ctx, size_t i)
{
	struct run *run = ctx;

	budget_take(&run->budget, run->due[i]->url.host);
	breaker_take(run->breaker, run->due[i]->url.host);
	progress_ask(run->progress, run->due[i]->url.host);
}

static void
collect(struct run *run, const struct listings *listings)
{
	struct listing *listing;
	size_t i;

	run->due = xcalloc(listings->count + 1, sizeof(*run->due));
	for (i = 0; i < listings->count; i++) {
		listing = listings->items[i];
		if (listing->due && listing->url.host)
			run->due[run->count++] = listing;
	}
}

int
listing_run(struct listings *listings, const struct policy *policy,
    struct err *err)
{
	struct run run = { .breaker = &listings->breaker,
		.progress = &listings->progress,
		.deadline_ms = policy->probe_deadline_ms,
		.budget = { .policy = policy } };
	struct pool pool = { .ctx = &run,
		.ahead = 1,
		.deadline_ms = policy->probe_deadline_ms,
		.memory_max = MEMORY_MAX,
		.worker_count = (int)policy->probe_workers,
		.work = work,
		.done = done,
		.ready = ready,
		.started = started };
	int rc = 0;

	collect(&run, listings);
	pool.job_count = run.count;
	progress_list(run.progress, run.count);
	if (run.count > 0)
		rc = pool_run(&pool, err) == -1 ? -1 : 1;
	progress_list(run.progress, 0);
	budget_clear(&run.budget);
	free(run.due);

	return rc;
}

static int
compare_hosts(const void *a, const void *b)
{
	const struct listing *x = *(const struct listing *const *)a;
	const struct listing *y = *(const struct listing *const *)b;
	int rc = strcmp(x->url.host, y->url.host);

	return rc != 0 ? rc : strcmp(x->shown, y->shown);
}

/* The listings that have a host, by host. The caller's. */
static struct listing **
by_host(const struct listings *listings, size_t *count)
{
	struct listing **list = xcalloc(listings->count + 1, sizeof(*list));
	size_t i;

	*count = 0;
	for (i = 0; i < listings->count; i++)
		if (listings->items[i]->url.host &&
		    listings->items[i]->endpoint.class)
			list[(*count)++] = listings->items[i];
	qsort(list, *count, sizeof(*list), compare_hosts);

	return list;
}

static bool
failed(const struct listing *listing)
{
	return strcmp(listing_class(listing), "ok") != 0;
}

void
listing_write_hosts(const struct listings *listings, struct jw *jw)
{
	const char *class;
	size_t i, k, count;
	struct listing **list = by_host(listings, &count);
	int64_t bad;

	jw_array(jw, "hosts");
	for (i = 0; i < count; i = k) {
		class = "ok";
		bad = 0;
		for (k = i; k < count &&
			    strcmp(list[k]->url.host, list[i]->url.host) == 0;
		     k++)
			if (failed(list[k]) && bad++ == 0)
				class = listing_class(list[k]);
		jw_object(jw, NULL);
		jw_text(jw, "host", list[i]->url.host);
		jw_int(jw, "asked_count", (int64_t)(k - i));
		jw_int(jw, "failed_count", bad);
		jw_text(jw, "class", class);
		jw_end(jw);
	}
	jw_end(jw);
	free(list);
}

static bool
is_local(const char *host)
{
	return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
	       strncmp(host, "127.", 4) == 0;
}

static bool
before_connection(const char *class)
{
	return strcmp(class, "dns") == 0 || strcmp(class, "unreachable") == 0 ||
	       strcmp(class, "offline") == 0;
}

bool
listing_offline(const struct listings *listings, int64_t *host_count)
{
	size_t i, count;
	struct listing **list = by_host(listings, &count);
	bool offline = true;

	*host_count = 0;
	for (i = 0; i < count; i++) {
		if (is_local(list[i]->url.host))
			continue;
		offline &= before_connection(list[i]->endpoint.class);
		if (i == 0 ||
		    strcmp(list[i]->url.host, list[i - 1]->url.host) != 0)
			(*host_count)++;
	}
	free(list);

	return offline && *host_count > 0;
}

void
listings_clear(struct listings *listings)
{
	struct listing *listing;
	size_t i, k;

	for (i = 0; i < listings->count; i++) {
		listing = listings->items[i];
		for (k = 0; k < listing->wanted_count; k++)
			free(listing->wanted[k]);
		free(listing->wanted);
		list_clear(&listing->followed);
		free(listing->key);
		free(listing->shown);
		access_clear(&listing->access);
		url_clear(&listing->url);
		endpoint_clear(&listing->endpoint);
		free(listing);
	}
	free(listings->items);
	map_clear(&listings->by_key);
	breaker_clear(&listings->breaker);
	*listings = (struct listings){ 0 };
}
