/*
 * window - when a repository may be changed (A5)
 *
 * Written "Mon-Fri 09:00-17:00": days (a list of names and ranges, "Sat,Sun",
 * "Fri-Mon"; left out: every day), then the time of day from the first
 * minute to before the last (left out: the whole day; "24:00" is an end). A
 * time that ends before it starts runs past midnight and belongs to the day
 * it starts on. Nothing here knows a zone's rules: the probe resolves them to
 * the offset now and the next two changes (P2).
 *
 *   W1  open: inside any allow window, or there is none; and inside no deny
 *   W2  a window is a stretch of wall clock: of an hour that is skipped
 *       nothing is open, a window that starts in it opens where the clock
 *       lands; an hour that comes twice is open both times
 */
#ifndef MODEL_WINDOW_H
#define MODEL_WINDOW_H

#include "base/instant.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct window_zone {
	int64_t offset_s; /* east of UTC, until the first change */
	struct {
		instant at;
		int64_t offset_s; /* from `at` on */
	} changes[2];
	size_t change_count;
};

struct window {
	bool deny;
	unsigned days; /* bit 0: Monday ... bit 6: Sunday */
	int from_min;  /* of the day, 0-1439 */
	int to_min;    /* of the day, 1-1440; below from_min: of the next day */
	const struct window_zone *zone; /* borrowed; NULL: UTC */
};

/* Read a window's text into days, from_min, to_min; the rest is untouched.
 * -1 where it is no window. */
int window_parse(const char *text, struct window *out);

/* The same question, for shape tables. */
bool window_valid(const char *text);
#define WINDOW_WANTED "a window as \"Mon-Fri 09:00-17:00\""

/* Is `at` inside this one window, whatever it says? */
bool window_covers(const struct window *window, instant at);

/* W1 */
bool window_open(const struct window *windows, size_t count, instant at);

/*
 * The first instant from `at` on, within nine days, at which W1 holds: 0 and
 * `*opens_at`, or -1 where there is none.
 */
int window_next(const struct window *windows, size_t count, instant at,
    instant *opens_at);

#endif
