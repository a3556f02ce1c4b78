#include "zones.h"
#include "base/alloc.h"
#include "base/list.h"
#include "base/map.h"
#include "json/jw.h"
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ZONEINFO "/usr/share/zoneinfo/"
#define HORIZON_S (2 * 366 * INT64_C(86400))
#define STEP_S (7 * INT64_C(86400)) /* no zone changes twice within it */

/* The zone must be a zone file: tzset() takes any word for UTC. */
static bool
zone_known(const char *name)
{
	char path[256], magic[4];
	bool known;
	int fd;

	if (*name == '\0' || *name == '/' || strstr(name, "..") != NULL ||
	    strlen(name) > sizeof(path) - sizeof(ZONEINFO))
		return false;
	snprintf(path, sizeof(path), ZONEINFO "%s", name);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return false;
	known = read(fd, magic, 4) == 4 && memcmp(magic, "TZif", 4) == 0;
	close(fd);

	return known;
}

static int32_t
offset_at(int64_t at_s)
{
	time_t t = (time_t)at_s;
	struct tm tm;

	return localtime_r(&t, &tm) == NULL ? 0 : (int32_t)tm.tm_gmtoff;
}

/* The second in (from, to] from which on the offset is what it is at `to`. */
static int64_t
change_between(int64_t from, int64_t to)
{
	int32_t after = offset_at(to);
	int64_t middle;

	while (to - from > 1) {
		middle = from + (to - from) / 2;
		if (offset_at(middle) == after)
			to = middle;
		else
			from = middle;
	}

	return to;
}

static void
facts_find(struct zone_facts *facts, int64_t now_s)
{
	int64_t at, end = now_s + HORIZON_S;
	struct zone_change *change;
	int32_t offset;

	facts->change_count = 0;
	facts->offset_s = offset = offset_at(now_s);
	for (at = now_s; at < end && facts->change_count < 2; at += STEP_S) {
		if (offset_at(at + STEP_S) == offset)
			continue;
		change = &facts->changes[facts->change_count++];
		change->at = change_between(at, at + STEP_S) * 1000;
		change->offset_s = offset = offset_at(at + STEP_S);
	}
}

/* One process, no thread: TZ may be ours for a moment. */
static void
zone_enter(const char *name, char **before)
{
	const char *zone = getenv("TZ");
	char path[256];

	*before = zone == NULL ? NULL : xstrdup(zone);
	snprintf(path, sizeof(path), ":" ZONEINFO "%s", name);
	setenv("TZ", path, 1);
	tzset();
}

static void
zone_leave(char *before)
{
	if (before == NULL)
		unsetenv("TZ");
	else
		setenv("TZ", before, 1);
	tzset();
	free(before);
}

int
zone_facts(const char *name, instant now, const char *place,
    struct zone_facts *facts, struct err *err)
{
	/* the second that has begun, before 1970 too */
	int64_t now_s = now / 1000 - (now % 1000 < 0);
	char *before;

	if (!zone_known(name))
		return err_set(err, EX_CONFIG,
		    "%s: unknown time zone \"%.80s\"", place, name);
	zone_enter(name, &before);
	facts_find(facts, now_s);
	zone_leave(before);

	return 0;
}

static void
zone_write(const char *name, const struct zone_facts *facts, struct jw *jw)
{
	int i;

	jw_object(jw, NULL);
	jw_text(jw, "time_zone", name);
	jw_int(jw, "offset_s", facts->offset_s);
	jw_array(jw, "changes");
	for (i = 0; i < facts->change_count; i++) {
		jw_object(jw, NULL);
		jw_instant(jw, "at", facts->changes[i].at);
		jw_int(jw, "offset_s", facts->changes[i].offset_s);
		jw_end(jw);
	}
	jw_end(jw);
	jw_end(jw);
}

/* What is being gathered: each zone once, with its text. */
struct gathered {
	instant now;
	struct list names;
	struct map texts; /* name -> JSON text, owned */
};

static int
zone_gather(struct gathered *all, const char *name, const char *place,
    struct err *err)
{
	struct zone_facts facts;
	struct buf text = { 0 };
	struct jw jw;

	if (map_get(&all->texts, name) != NULL)
		return 0;
	if (zone_facts(name, all->now, place, &facts, err) == -1)
		return -1;
	jw_init(&jw, &text);
	zone_write(name, &facts, &jw);
	list_add(&all->names, name);
	map_put(&all->texts, all->names.items[all->names.count - 1],
	    buf_take(&text));

	return 0;
}

/* `place` stands before "windows[0].time_zone". */
static int
windows_gather(struct gathered *all, const struct policy_windows *windows,
    const char *place, struct err *err)
{
	char *at;
	size_t i;
	int rc = 0;

	for (i = 0; i < windows->count && rc == 0; i++) {
		at = xasprintf("%swindows[%zu].time_zone", place, i);
		rc = zone_gather(all, windows->items[i].time_zone, at, err);
		free(at);
	}

	return rc;
}

static int
all_gather(struct gathered *all, const struct policy *policy,
    const struct fleet *fleet, const struct zone_places *places,
    struct err *err)
{
	const struct fleet_repo *repo;
	char *place = xasprintf("%s: ", places->policy);
	int rc = windows_gather(all, &policy->windows, place, err);
	size_t i;

	free(place);
	for (i = 0; i < fleet->count && rc == 0; i++) {
		repo = &fleet->repos[i];
		if (repo->windows.count == 0)
			continue;
		place = xasprintf("%s: \"%s\": policy.", places->fleet,
		    repo->repo_key);
		rc = windows_gather(all, &repo->windows, place, err);
		free(place);
	}

	return rc;
}

int
zones_write(const struct policy *policy, const struct fleet *fleet,
    const struct zone_places *places, instant now, struct buf *out,
    struct err *err)
{
	struct gathered all = { .now = now };
	const char *text;
	struct jw jw;
	size_t i;
	int rc = all_gather(&all, policy, fleet, places, err);

	list_sort(&all.names);
	jw_init(&jw, out);
	jw_array(&jw, NULL);
	for (i = 0; i < all.names.count; i++) {
		text = map_get(&all.texts, all.names.items[i]);
		jw_raw(&jw, NULL, text, strlen(text));
		free((char *)text);
	}
	jw_end(&jw);
	map_clear(&all.texts);
	list_clear(&all.names);

	return rc;
}
