#include "model/window.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define DAY_MIN 1440
#define DAY_MS (INT64_C(86400) * 1000)
#define HORIZON_DAYS 9
#define EVERY_DAY 0x7fu

/* "Mon", in any case; moves `*text` behind it. -1: no day. */
static int
parse_day(const char **text)
{
	static const char *const names[] = { "Mon", "Tue", "Wed", "Thu", "Fri",
		"Sat", "Sun" };
	int day;

	for (day = 0; day < 7; day++)
		if (!strncasecmp(*text, names[day], 3)) {
			*text += 3;
			return day;
		}

	return -1;
}

/* "Mon-Fri" or "Mon" into bits. */
static int
parse_range(const char **text, unsigned *days)
{
	int from = parse_day(text), to = from;

	if (from == -1)
		return -1;
	if (**text == '-') {
		++*text;
		to = parse_day(text);
	}
	if (to == -1)
		return -1;
	for (; from != to; from = (from + 1) % 7)
		*days |= 1u << from;
	*days |= 1u << to;

	return 0;
}

static int
parse_days(const char **text, unsigned *days)
{
	*days = 0;
	if (parse_range(text, days) == -1)
		return -1;
	while (**text == ',') {
		++*text;
		if (parse_range(text, days) == -1)
			return -1;
	}

	return 0;
}

/* "09:00" to minutes, "24:00" included. */
static int
parse_time(const char **text, int *minutes)
{
	const char *t = *text;
	int i;

	for (i = 0; i < 5; i++)
		if (i == 2 ? t[i] != ':' : !isdigit((unsigned char)t[i]))
			return -1;
	if (t[3] > '5')
		return -1;
	*minutes = ((t[0] - '0') * 10 + t[1] - '0') * 60 + (t[3] - '0') * 10 +
		   t[4] - '0';
	*text += 5;

	return *minutes > DAY_MIN ? -1 : 0;
}

static int
parse_times(const char **text, int *from, int *to)
{
	if (parse_time(text, from) == -1 || *(*text)++ != '-' ||
	    parse_time(text, to) == -1)
		return -1;
	if (*to == 0) /* "22:00-00:00": to the end of the day */
		*to = DAY_MIN;

	return *from == *to || *from == DAY_MIN ? -1 : 0;
}

int
window_parse(const char *text, struct window *out)
{
	unsigned days = EVERY_DAY;
	int from = 0, to = DAY_MIN;

	if (isalpha((unsigned char)*text)) {
		if (parse_days(&text, &days) == -1)
			return -1;
		if (*text && *text++ != ' ')
			return -1;
		if (*text && parse_times(&text, &from, &to) == -1)
			return -1;
	} else if (parse_times(&text, &from, &to) == -1)
		return -1;
	if (*text || text[-1] == ' ')
		return -1;
	out->days = days;
	out->from_min = from;
	out->to_min = to;

	return 0;
}

bool
window_valid(const char *text)
{
	struct window window;

	return window_parse(text, &window) == 0;
}

static int64_t
offset_ms(const struct window_zone *zone, instant at)
{
	int64_t offset_s;
	size_t i;

	if (!zone)
		return 0;
	offset_s = zone->offset_s;
	for (i = 0; i < zone->change_count && zone->changes[i].at <= at; i++)
		offset_s = zone->changes[i].offset_s;

	return offset_s * 1000;
}

/* Days since the Epoch, rounded down; the Epoch was a Thursday. */
static int64_t
day_of(int64_t local)
{
	return (local >= 0 ? local : local - (DAY_MS - 1)) / DAY_MS;
}

static bool
has_day(const struct window *window, int64_t day)
{
	return window->days >> (((day + 3) % 7 + 7) % 7) & 1;
}

bool
window_covers(const struct window *window, instant at)
{
	int64_t local = at + offset_ms(window->zone, at);
	int64_t day = day_of(local);
	int64_t minute = (local - day * DAY_MS) / 60000;

	if (window->from_min < window->to_min)
		return has_day(window, day) && minute >= window->from_min &&
		       minute < window->to_min;

	return (has_day(window, day) && minute >= window->from_min) ||
	       (has_day(window, day - 1) && minute < window->to_min);
}

/* W1 */
bool
window_open(const struct window *windows, size_t count, instant at)
{
	bool any_allow = false, inside = false;
	size_t i;

	for (i = 0; i < count; i++) {
		if (!windows[i].deny)
			any_allow = true;
		else if (window_covers(&windows[i], at))
			return false;
		if (!windows[i].deny && window_covers(&windows[i], at))
			inside = true;
	}

	return inside || !any_allow;
}

struct search {
	const struct window *windows;
	size_t count;
	instant from, best;
	bool found;
};

static void
try(struct search *search, instant at)
{
	if (at < search->from || (search->found && at >= search->best))
		return;
	if (!window_open(search->windows, search->count, at))
		return;
	search->best = at;
	search->found = true;
}

/* A wall-clock moment, by each offset that the zone has. */
static void
try_local(struct search *search, const struct window_zone *zone, int64_t local)
{
	size_t i;

	try(search, local - (zone ? zone->offset_s * 1000 : 0));
	for (i = 0; zone && i < zone->change_count; i++)
		try(search, local - zone->changes[i].offset_s * 1000);
}

/*
 * W1 only turns true where an allow begins, a deny ends, or a clock is
 * changed: those moments are tried, no others.
 */
int
window_next(const struct window *windows, size_t count, instant at,
    instant *opens_at)
{
	struct search search = { windows, count, at, 0, false };
	const struct window *w;
	int64_t day, first;
	size_t i, k;
	int edge;

	try(&search, at);
	for (w = windows; !search.found && w < windows + count; w++)
		for (k = 0; w->zone && k < w->zone->change_count; k++)
			try(&search, w->zone->changes[k].at);
	for (i = 0; i < count && !(search.found && search.best == at); i++) {
		w = &windows[i];
		edge = w->deny ? w->to_min : w->from_min;
		first = day_of(at + offset_ms(w->zone, at)) - 1;
		for (day = first; day < first + HORIZON_DAYS + 2; day++)
			try_local(&search, w->zone,
			    day * DAY_MS + edge * INT64_C(60000));
	}
	if (!search.found || search.best > at + HORIZON_DAYS * DAY_MS)
		return -1;
	*opens_at = search.best;

	return 0;
}
