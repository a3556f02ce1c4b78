#include "model/lease.h"
#include "base/alloc.h"
#include "json/shape.h"
#include <stdlib.h>
#include <string.h>

static bool
is_instant(const char *text)
{
	instant at;

	return instant_parse(text, &at) == 0;
}

static bool
is_filled(const char *text)
{
	return *text != '\0';
}

static const char *const schemas[] = { LEASE_SCHEMA, NULL };

#define TEXT(NAME)                                                             \
	{                                                                      \
		.name = NAME, .type = JSON_STRING, .flags = SHAPE_NEED,        \
		.valid = is_filled, .wanted = "a text"                         \
	}
#define NUMBER(NAME, MIN)                                                      \
	{                                                                      \
		.name = NAME, .type = JSON_NUMBER, .flags = SHAPE_NEED,        \
		.min = MIN, .max = JSON_INT_MAX                                \
	}
#define INSTANT(NAME)                                                          \
	{                                                                      \
		.name = NAME, .type = JSON_STRING, .flags = SHAPE_NEED,        \
		.valid = is_instant, .wanted = "an instant"                    \
	}

static const struct shape holder_shape[] = {
	TEXT("host"),
	NUMBER("pid", 1),
	NUMBER("start_ticks", 0),
	TEXT("boot_id"),
	{ 0 },
};

static const struct shape lease_shape[] = {
	TEXT("repo_key"),
	TEXT("common_dir"),
	NUMBER("token", 1),
	{ .name = "holder",
	    .type = JSON_OBJECT,
	    .flags = SHAPE_NEED,
	    .members = holder_shape },
	TEXT("cycle"),
	INSTANT("acquired_at"),
	INSTANT("expires_at"),
	NUMBER("expires_boot_ms", 0),
	TEXT("boot_id"),
	{ .name = "granted_seq",
	    .type = JSON_NUMBER,
	    .min = 0,
	    .max = JSON_INT_MAX },
	{ 0 },
};

static const struct shape file_shape[] = {
	{ .name = "schema",
	    .type = JSON_STRING,
	    .flags = SHAPE_NEED,
	    .words = schemas },
	NUMBER("last_token", 0),
	{ .name = "leases",
	    .type = JSON_ARRAY,
	    .flags = SHAPE_NEED,
	    .each = JSON_OBJECT,
	    .each_members = lease_shape },
	{ 0 },
};

static char *
dup_or_null(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

static void
holder_copy(struct lease_holder *to, const struct lease_holder *from)
{
	to->host = dup_or_null(from->host);
	to->pid = from->pid;
	to->start_ticks = from->start_ticks;
	to->boot_id = dup_or_null(from->boot_id);
}

/* The table owns `lease`; it is the latest on its common dir and its key. */
static void
table_take(struct lease_table *table, struct lease *lease)
{
	table->leases = xgrow(table->leases, table->count, &table->cap,
	    sizeof(struct lease *));
	table->leases[table->count++] = lease;
	map_put(&table->by_dir, lease->common_dir, lease);
	map_put(&table->by_key, lease->repo_key, lease);
	lease_token_seen(table, lease->token);
}

static struct lease *
lease_parse(const struct json *from)
{
	const struct json *holder = json_get(from, "holder");
	struct lease *lease = xcalloc(1, sizeof(*lease));
	struct lease_holder borrowed = {
		.host = json_get_text(holder, "host"),
		.pid = json_get_int(holder, "pid", 0),
		.start_ticks = json_get_int(holder, "start_ticks", 0),
		.boot_id = json_get_text(holder, "boot_id"),
	};

	lease->repo_key = xstrdup(json_get_text(from, "repo_key"));
	lease->common_dir = xstrdup(json_get_text(from, "common_dir"));
	lease->token = json_get_int(from, "token", 0);
	holder_copy(&lease->holder, &borrowed);
	lease->cycle = xstrdup(json_get_text(from, "cycle"));
	instant_parse(json_get_text(from, "acquired_at"), &lease->acquired_at);
	instant_parse(json_get_text(from, "expires_at"), &lease->expires_at);
	lease->expires_boot_ms = json_get_int(from, "expires_boot_ms", 0);
	lease->boot_id = xstrdup(json_get_text(from, "boot_id"));
	lease->granted_seq = json_get_int(from, "granted_seq", 0);

	return lease;
}

int
lease_read(struct lease_table *table, const struct json *file,
    const char *place, struct err *err)
{
	const struct json *at;
	struct lease *lease;
	bool twice;

	if (!file)
		return 0;
	if (shape_check(file, file_shape, 0, place, EX_DATAERR, err) == -1)
		return -1;

	lease_token_seen(table, json_get_int(file, "last_token", 0));
	for (at = json_first(json_get(file, "leases")); at;
	     at = json_next(at)) {
		lease = lease_parse(at);
		twice = lease_find(table, lease->repo_key, lease->common_dir);
		table_take(table, lease);
		if (twice) /* L1 */
			return err_set(err, EX_DATAERR,
			    "%s: leases: \"%s\": leased twice", place,
			    lease->repo_key);
	}

	return 0;
}

void
lease_holder_write(struct jw *jw, const struct lease_holder *holder)
{
	if (!holder) {
		jw_null(jw, "holder");
		return;
	}
	jw_object(jw, "holder");
	jw_text(jw, "host", holder->host);
	jw_int(jw, "pid", holder->pid);
	jw_int(jw, "start_ticks", holder->start_ticks);
	jw_text(jw, "boot_id", holder->boot_id);
	jw_end(jw);
}

static int
by_repo_key(const void *a, const void *b)
{
	const struct lease *const *left = a, *const *right = b;

	return strcmp((*left)->repo_key, (*right)->repo_key);
}

void
lease_write(const struct lease_table *table, struct buf *out)
{
	struct lease **sorted = xcalloc(table->count + 1, sizeof(*sorted));
	const struct lease *lease;
	size_t i, count = 0;
	struct jw jw;

	for (i = 0; i < table->count; i++)
		if (!table->leases[i]->gone)
			sorted[count++] = table->leases[i];
	qsort(sorted, count, sizeof(*sorted), by_repo_key);

	jw_init(&jw, out);
	jw_object(&jw, NULL);
	jw_text(&jw, "schema", LEASE_SCHEMA);
	jw_int(&jw, "last_token", table->last_token);
	jw_array(&jw, "leases");
	for (i = 0; i < count; i++) {
		lease = sorted[i];
		jw_object(&jw, NULL);
		jw_text(&jw, "repo_key", lease->repo_key);
		jw_text(&jw, "common_dir", lease->common_dir);
		jw_int(&jw, "token", lease->token);
		lease_holder_write(&jw, &lease->holder);
		jw_text(&jw, "cycle", lease->cycle);
		jw_instant(&jw, "acquired_at", lease->acquired_at);
		jw_instant(&jw, "expires_at", lease->expires_at);
		jw_int(&jw, "expires_boot_ms", lease->expires_boot_ms);
		jw_text(&jw, "boot_id", lease->boot_id);
		if (lease->granted_seq)
			jw_int(&jw, "granted_seq", lease->granted_seq);
		jw_end(&jw);
	}
	jw_end(&jw);
	jw_end(&jw);
	free(sorted);
}

void
lease_token_seen(struct lease_table *table, int64_t token)
{
	if (token > table->last_token)
		table->last_token = token;
}

enum lease_life
lease_life(const struct lease *lease, const struct lease_now *now, bool exists)
{
	if (!lease->holder.host || !now->host ||
	    strcmp(lease->holder.host, now->host))
		return now->real_at < lease->expires_at ? LEASE_LIVE_ELSEWHERE
							: LEASE_EXPIRED;
	if (strcmp(lease->boot_id, now->boot_id) ||
	    strcmp(lease->holder.boot_id, now->boot_id))
		return LEASE_OTHER_BOOT;
	if (now->boot_ms >= lease->expires_boot_ms)
		return LEASE_EXPIRED;

	return exists ? LEASE_LIVE : LEASE_HOLDER_GONE;
}

void
lease_judge(struct lease_table *table, const struct lease_now *now,
    bool (*exists)(const struct lease_holder *holder))
{
	struct lease *lease;
	size_t i;

	for (i = 0; i < table->count; i++) {
		lease = table->leases[i];
		lease->life = lease_life(lease, now, true);
		if (lease->life == LEASE_LIVE && exists)
			lease->life =
			    lease_life(lease, now, exists(&lease->holder));
	}
}

bool
lease_is_live(const struct lease *lease)
{
	return !lease->gone && (lease->life == LEASE_LIVE ||
				   lease->life == LEASE_LIVE_ELSEWHERE);
}

const char *
lease_life_name(enum lease_life life)
{
	static const char *const names[] = { "live", "live-elsewhere",
		"expired", "other-boot", "holder-gone", "broken" };

	return names[life];
}

bool
lease_is_held_by(const struct lease *lease, const struct lease_holder *holder)
{
	return holder && lease->holder.host &&
	       lease->holder.pid == holder->pid &&
	       lease->holder.start_ticks == holder->start_ticks &&
	       !strcmp(lease->holder.host, holder->host) &&
	       !strcmp(lease->holder.boot_id, holder->boot_id);
}

static struct lease *
find(const struct map *map, const char *key)
{
	struct lease *lease = key ? map_get(map, key) : NULL;

	return lease && !lease->gone ? lease : NULL;
}

const struct lease *
lease_find(const struct lease_table *table, const char *repo_key,
    const char *common_dir)
{
	struct lease *lease = find(&table->by_dir, common_dir);

	return lease ? lease : find(&table->by_key, repo_key);
}

/* A holder's own lease is in nobody's way on its own repository only: two
 * keys of one common dir are not granted both (L1). */
static bool
blocks(const struct lease *lease, const struct lease_want *want)
{
	return lease && lease_is_live(lease) &&
	       (strcmp(lease->repo_key, want->repo_key) ||
		   !lease_is_held_by(lease, want->holder));
}

void
lease_break(struct lease_table *table, const char *repo_key,
    const struct lease_word *word)
{
	struct lease *lease = find(&table->by_key, repo_key);

	if (!lease || !lease_is_live(lease) ||
	    word->seq <= lease->granted_seq ||
	    (word->token && word->token != lease->token))
		return;
	lease->life = LEASE_BROKEN;
	lease->word = *word;
}

const struct lease *
lease_blocker(const struct lease_table *table, const struct lease_want *want)
{
	const struct lease *dir = find(&table->by_dir, want->common_dir);
	const struct lease *key = find(&table->by_key, want->repo_key);

	if (blocks(dir, want))
		return dir;

	return blocks(key, want) ? key : NULL;
}

const struct lease *
lease_grant(struct lease_table *table, const struct lease_want *want,
    const struct lease_now *now, struct err *err)
{
	struct lease *dir = find(&table->by_dir, want->common_dir);
	struct lease *key = find(&table->by_key, want->repo_key);
	struct lease *lease;

	if (lease_blocker(table, want)) {
		err_set(err, EX_TEMPFAIL, "%s: leased to another",
		    want->repo_key);
		return NULL;
	}
	if (dir)
		dir->gone = true;
	if (key)
		key->gone = true;

	lease = xcalloc(1, sizeof(*lease));
	lease->repo_key = xstrdup(want->repo_key);
	lease->common_dir = xstrdup(want->common_dir);
	if (want->holder) {
		lease->token = table->last_token + 1; /* L4 */
		holder_copy(&lease->holder, want->holder);
	}
	lease->cycle = xstrdup(want->cycle);
	lease->acquired_at = now->real_at;
	lease->expires_at = now->real_at + want->ttl_ms;
	lease->expires_boot_ms = now->boot_ms + want->ttl_ms;
	lease->boot_id = xstrdup(now->boot_id);
	lease->granted_seq = want->ledger_seq;
	lease->life = LEASE_LIVE;
	table_take(table, lease);

	return lease;
}

const char *
lease_release(struct lease_table *table, const char *repo_key,
    const struct lease_holder *holder, int64_t token)
{
	struct lease *lease = find(&table->by_key, repo_key);

	if (!lease || token < 1)
		return "not-held";
	if (!lease_is_held_by(lease, holder))
		return "foreign";
	if (lease->token != token)
		return "token";
	lease->gone = true;

	return NULL;
}

void
lease_clear(struct lease_table *table)
{
	struct lease *lease;
	size_t i;

	for (i = 0; i < table->count; i++) {
		lease = table->leases[i];
		free(lease->repo_key);
		free(lease->common_dir);
		free((char *)lease->holder.host);
		free((char *)lease->holder.boot_id);
		free(lease->cycle);
		free(lease->boot_id);
		free(lease);
	}
	free(table->leases);
	map_clear(&table->by_dir);
	map_clear(&table->by_key);
	*table = (struct lease_table){ 0 };
}
