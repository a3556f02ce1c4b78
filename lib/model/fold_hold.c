#include "model/fold_hold.h"
#include "base/alloc.h"
#include <stdlib.h>
#include <string.h>

bool
fold_hold_reaches(const char *subject)
{
	return subject != NULL && (strncmp(subject, "group:", 6) == 0 ||
				      strncmp(subject, "host:", 5) == 0);
}

static void
drop(struct fold_holds *holds, size_t i)
{
	struct fold_held *held = &holds->list[i];

	free(held->subject);
	free(held->hold.why);
	free(held->hold.author);
	holds->count--;
	memmove(held, held + 1, (holds->count - i) * sizeof *held);
}

/* The first behind those before `subject`, and how many are its own. */
static size_t
find(const struct fold_holds *holds, const char *subject, size_t *own)
{
	size_t first = 0;

	while (first < holds->count &&
	       strcmp(holds->list[first].subject, subject) < 0)
		first++;
	*own = 0;
	while (first + *own < holds->count &&
	       strcmp(holds->list[first + *own].subject, subject) == 0)
		++*own;
	return first;
}

struct fold_hold *
fold_holds_add(struct fold_holds *holds, const char *subject)
{
	size_t own, first = find(holds, subject, &own);
	struct fold_held *held;

	if (own == FOLD_LIST_MAX) {
		drop(holds, first);
		own--;
	}
	holds->list =
	    xgrow(holds->list, holds->count, &holds->cap, sizeof *holds->list);
	held = &holds->list[first + own];
	memmove(held + 1, held, (holds->count - first - own) * sizeof *held);
	holds->count++;
	*held = (struct fold_held){ .subject = xstrdup(subject) };
	return &held->hold;
}

void
fold_holds_clear_of(struct fold_holds *holds, const char *subject)
{
	size_t own, first = find(holds, subject, &own);

	while (own-- > 0)
		drop(holds, first);
}

void
fold_holds_clear(struct fold_holds *holds)
{
	while (holds->count > 0)
		drop(holds, holds->count - 1);
	free(holds->list);
	*holds = (struct fold_holds){ 0 };
}

void
fold_holds_write(const struct fold_holds *holds, const char *name,
    struct jw *jw)
{
	size_t i;

	jw_array(jw, name);
	for (i = 0; i < holds->count; i++) {
		jw_object(jw, NULL);
		jw_text(jw, "subject", holds->list[i].subject);
		fold_hold_write(&holds->list[i].hold, jw);
		jw_end(jw);
	}
	jw_end(jw);
}

static instant
instant_of(const struct json *row, const char *name, instant otherwise)
{
	const char *text = json_get_text(row, name);
	instant at;

	return text != NULL && instant_parse(text, &at) == 0 ? at : otherwise;
}

void
fold_hold_read(struct fold_hold *hold, const struct json *row)
{
	fold_text(&hold->why, json_get_text(row, "why"));
	fold_text(&hold->author, json_get_text(row, "author"));
	hold->set_at = instant_of(row, "set_at", 0);
	hold->expires_at = instant_of(row, "expires_at", FOLD_NEVER);
}

void
fold_holds_read(struct fold_holds *holds, const struct json *array)
{
	const struct json *row;
	const char *subject;

	for (row = json_first(array); row != NULL; row = json_next(row)) {
		subject = json_get_text(row, "subject");
		if (subject != NULL)
			fold_hold_read(fold_holds_add(holds, subject), row);
	}
}
