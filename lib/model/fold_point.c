#include "model/fold_point.h"
#include "base/alloc.h"
#include <stdlib.h>
#include <string.h>

static void
drop(struct fold_points *points, size_t i)
{
	struct fold_point *point = &points->list[i];

	free(point->branch);
	free(point->before);
	free(point->after);
	points->count--;
	memmove(point, point + 1, (points->count - i) * sizeof *point);
}

static char *
copy(const char *text)
{
	return text != NULL ? xstrdup(text) : NULL;
}

void
fold_points_add(struct fold_points *points, const struct fold_point *point)
{
	if (point->before == NULL || point->after == NULL)
		return;
	if (points->count == FOLD_POINT_MAX)
		drop(points, 0);
	points->list[points->count++] =
	    (struct fold_point){ point->at, point->token, copy(point->branch),
		    copy(point->before), copy(point->after) };
}

static size_t
led_to(const struct fold_points *points, const char *oid)
{
	size_t i = points->count;

	while (i > 0 && strcmp(points->list[i - 1].after, oid) != 0)
		i--;
	return i;
}

void
fold_points_back(struct fold_points *points, const char *from, const char *to)
{
	char *at = copy(from), *next;
	size_t i;

	while (at != NULL && to != NULL && strcmp(at, to) != 0 &&
	       (i = led_to(points, at)) > 0) {
		next = xstrdup(points->list[i - 1].before);
		drop(points, i - 1);
		free(at);
		at = next;
	}
	free(at);
}

void
fold_points_clear(struct fold_points *points)
{
	while (points->count > 0)
		drop(points, points->count - 1);
}

void
fold_points_write(const struct fold_points *points, const char *name,
    struct jw *jw)
{
	const struct fold_point *point = points->list;
	size_t i;

	jw_array(jw, name);
	for (i = 0; i < points->count; i++, point++) {
		jw_object(jw, NULL);
		jw_instant(jw, "at", point->at);
		jw_int(jw, "token", point->token);
		jw_text(jw, "branch", point->branch);
		jw_text(jw, "before", point->before);
		jw_text(jw, "after", point->after);
		jw_end(jw);
	}
	jw_end(jw);
}

void
fold_points_read(struct fold_points *points, const struct json *array)
{
	const struct json *row;
	struct fold_point point;

	for (row = json_first(array); row != NULL; row = json_next(row)) {
		point = (struct fold_point){ 0, json_get_int(row, "token", 0),
			(char *)json_get_text(row, "branch"),
			(char *)json_get_text(row, "before"),
			(char *)json_get_text(row, "after") };
		instant_parse(json_get_text(row, "at"), &point.at);
		fold_points_add(points, &point);
	}
}
