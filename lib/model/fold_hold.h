/*
 * fold_hold - holds that reach further than one repository
 *
 * Their subject says how far: "group:NAME", or "host:NAME" of a remote, in
 * lower case. Sorted by subject, those of one subject in the order in which
 * they were set, the last FOLD_LIST_MAX of each.
 */
#ifndef MODEL_FOLD_HOLD_H
#define MODEL_FOLD_HOLD_H

#include "json/jw.h"
#include "json/value.h"
#include "model/fold_repo.h"
#include <stdbool.h>
#include <stddef.h>

struct fold_held {
	char *subject; /* owned */
	struct fold_hold hold;
};

/* All zero is empty. */
struct fold_holds {
	struct fold_held *list; /* owned */
	size_t count, cap;
};

/* Is it a group's or a host's? */
bool fold_hold_reaches(const char *subject);

/* Make room for a hold of `subject`, all zero. */
struct fold_hold *fold_holds_add(struct fold_holds *holds, const char *subject);

/* Take all of `subject` off the list. */
void fold_holds_clear_of(struct fold_holds *holds, const char *subject);
void fold_holds_clear(struct fold_holds *holds);

/* As an array of {subject, why, author, set_at, expires_at}. */
void fold_holds_write(const struct fold_holds *holds, const char *name,
    struct jw *jw);
void fold_holds_read(struct fold_holds *holds, const struct json *array);

/* One hold from its row, into an empty one. */
void fold_hold_read(struct fold_hold *hold, const struct json *row);

#endif
