#include "json/shape.h"
#include "base/buf.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Where a value stands, as a chain that is only written out for an error. */
struct place {
	const struct place *up; /* NULL: the outermost, whose name is a path */
	const char *name;       /* of a member; NULL: an element */
	size_t index;           /* of an element */
	int code;
	struct err *err;
};

static int check_object(const struct json *, const struct shape *, unsigned,
    const struct place *);

/* `config/fleet.json: ` stands before its members without a dot. */
static bool
is_file(const struct buf *place)
{
	return place->len > 2 &&
	       memcmp(place->data + place->len - 2, ": ", 2) == 0;
}

static void
write_place(const struct place *place, struct buf *out)
{
	if (place->up == NULL) {
		buf_puts(out, place->name);
		return;
	}
	write_place(place->up, out);
	if (place->name != NULL)
		buf_printf(out, "%s%.80s", is_file(out) ? "" : ".",
		    place->name);
	else
		buf_printf(out, "[%zu]", place->index);
}

static int refuse(const struct place *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static int
refuse(const struct place *place, const char *fmt, ...)
{
	struct buf at = { 0 };
	char reason[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reason, sizeof reason, fmt, ap);
	va_end(ap);
	write_place(place, &at);
	err_set(place->err, place->code, "%s%s%s", buf_text(&at),
	    is_file(&at) ? "" : ": ", reason);
	buf_clear(&at);
	return -1;
}

static int
wrong_type(const struct place *place, enum json_type want,
    const struct json *value)
{
	return refuse(place, "expected %s, found %s", json_type_name(want),
	    json_type_name(json_type(value)));
}

static int
check_number(const struct json *value, const struct shape *row,
    const struct place *place)
{
	int64_t n = json_int(value, 0);

	if ((row->min == 0 && row->max == 0) ||
	    (n >= row->min && n <= row->max))
		return 0;
	return refuse(place,
	    "expected %" PRId64 " to %" PRId64 ", found %" PRId64, row->min,
	    row->max, n);
}

static int
not_a_word(const struct place *place, const char *const *words,
    const char *found)
{
	struct buf list = { 0 };

	for (; *words != NULL; words++)
		buf_printf(&list, "%s%s", list.len ? ", " : "", *words);
	refuse(place, "expected one of %s, found \"%.80s\"", buf_text(&list),
	    found);
	buf_clear(&list);
	return -1;
}

static int
check_text(const struct json *value, const struct shape *row,
    const struct place *place)
{
	const char *text = json_text(value);
	const char *const *word;

	if (row->valid != NULL && !row->valid(text))
		return refuse(place, "expected %s, found \"%.80s\"",
		    row->wanted, text);
	if (row->words == NULL)
		return 0;
	for (word = row->words; *word != NULL; word++)
		if (strcmp(*word, text) == 0)
			return 0;
	return not_a_word(place, row->words, text);
}

static int
check_element(const struct json *value, const struct shape *row,
    const struct place *place)
{
	if (json_type(value) != row->each)
		return wrong_type(place, row->each, value);
	if (row->each == JSON_OBJECT && row->each_members != NULL)
		return check_object(value, row->each_members, row->flags,
		    place);
	if (row->each == JSON_STRING && row->each_text != NULL)
		return check_text(value, row->each_text, place);
	return 0;
}

static int
check_array(const struct json *array, const struct shape *row,
    const struct place *place)
{
	struct place at = { place, NULL, 0, place->code, place->err };
	const struct json *value;

	if (row->each == JSON_ABSENT)
		return 0;
	for (value = json_first(array); value != NULL;
	     value = json_next(value), at.index++)
		if (check_element(value, row, &at) == -1)
			return -1;
	return 0;
}

static int
check_member(const struct json *value, const struct shape *row,
    const struct place *place)
{
	if (json_type(value) == JSON_NULL && (row->flags & SHAPE_NULL))
		return 0;
	if (json_type(value) != row->type)
		return wrong_type(place, row->type, value);
	switch (row->type) {
	case JSON_NUMBER:
		return check_number(value, row, place);
	case JSON_STRING:
		return check_text(value, row, place);
	case JSON_ARRAY:
		return check_array(value, row, place);
	case JSON_OBJECT:
		if (row->members == NULL)
			return 0;
		return check_object(value, row->members, row->flags, place);
	default:
		return 0;
	}
}

static bool
is_known(const struct shape *table, const char *name)
{
	for (; table->name != NULL; table++)
		if (strcmp(table->name, name) == 0)
			return true;
	return strcmp(name, "note") == 0;
}

static int
check_known(const struct json *object, const struct shape *table,
    const struct place *place)
{
	struct place at = { place, NULL, 0, place->code, place->err };
	const struct json *value;

	for (value = json_first(object); value != NULL;
	     value = json_next(value)) {
		at.name = json_name(value);
		if (!is_known(table, at.name))
			return refuse(&at, "unknown member");
	}
	return 0;
}

static const struct json *
find_between(const struct json *from, const struct json *end, const char *name)
{
	while (from != end && strcmp(json_name(from), name) != 0)
		from = json_next(from);
	return from != end ? from : NULL;
}

/*
 * The member called `name`. Writers keep the order of the tables, so the
 * search goes on behind `*last` and comes round to it: a whole object costs
 * its length, not its square.
 */
static const struct json *
find(const struct json *object, const char *name, const struct json **last)
{
	const struct json *next =
	    *last != NULL ? json_next(*last) : json_first(object);
	const struct json *found = find_between(next, NULL, name);

	if (found == NULL)
		found = find_between(json_first(object), next, name);
	if (found != NULL)
		*last = found;
	return found;
}

static int
check_object(const struct json *object, const struct shape *table,
    unsigned flags, const struct place *place)
{
	struct place at = { place, NULL, 0, place->code, place->err };
	const struct json *value, *last = NULL;
	const struct shape *row;

	if ((flags & SHAPE_CLOSED) && check_known(object, table, place) == -1)
		return -1;
	for (row = table; row->name != NULL; row++) {
		at.name = row->name;
		value = find(object, row->name, &last);
		if (value != NULL && check_member(value, row, &at) == -1)
			return -1;
		if (value == NULL && (row->flags & SHAPE_NEED))
			return refuse(&at, "missing");
	}
	return 0;
}

int
shape_check(const struct json *object, const struct shape *table,
    unsigned flags, const char *place, int code, struct err *err)
{
	struct place at = { NULL, place, 0, code, err };

	if (json_type(object) != JSON_OBJECT)
		return wrong_type(&at, JSON_OBJECT, object);
	return check_object(object, table, flags, &at);
}
