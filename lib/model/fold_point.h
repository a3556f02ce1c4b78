/*
 * fold_point - where a repository can go back to (X6)
 *
 * Each apply that went forward leaves a point: it led from `before` to
 * `after`. From a branch at `after` the way back is to `before`, and from
 * there by the point that led to it. The last FOLD_POINT_MAX are kept.
 */
#ifndef MODEL_FOLD_POINT_H
#define MODEL_FOLD_POINT_H

#include "base/instant.h"
#include "json/jw.h"
#include "json/value.h"
#include <stddef.h>
#include <stdint.h>

#define FOLD_POINT_MAX 4

struct fold_point {
	instant at;
	int64_t token;
	char *branch, *before, *after; /* owned */
};

/* All zero is empty. */
struct fold_points {
	struct fold_point list[FOLD_POINT_MAX]; /* the oldest first */
	size_t count;
};

/* Copies the texts of `point`; where the list is full the oldest goes. */
void fold_points_add(struct fold_points *points,
    const struct fold_point *point);

/* An apply went back from `from` to `to`: the points between are used up. */
void fold_points_back(struct fold_points *points, const char *from,
    const char *to);

void fold_points_clear(struct fold_points *points);

/* As an array, in the view and in the checkpoint. */
void fold_points_write(const struct fold_points *points, const char *name,
    struct jw *jw);
void fold_points_read(struct fold_points *points, const struct json *array);

#endif
