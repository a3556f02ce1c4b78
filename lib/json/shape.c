#include "json/shape.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct place {
	const char *text;
	int code;
	struct err *err;
};

static int check_object(const struct json *, const struct shape *, unsigned,
    const struct place *);

static int
refuse(const struct place *place, const char *reason, const char *found)
{
	return err_set(place->err, place->code, "%s: %s, found %s", place->text,
	    reason, found);
}

static int
wrong_type(const struct place *place, enum json_type want,
    const struct json *value)
{
	char reason[64];

	snprintf(reason, sizeof reason, "expected %s", json_type_name(want));
	return refuse(place, reason, json_type_name(json_type(value)));
}

static int
check_number(const struct json *value, const struct shape *row,
    const struct place *place)
{
	int64_t n = json_int(value, 0);

	if ((row->min == 0 && row->max == 0) ||
	    (n >= row->min && n <= row->max))
		return 0;
	return err_set(place->err, place->code,
	    "%s: expected %" PRId64 " to %" PRId64 ", found %" PRId64,
	    place->text, row->min, row->max, n);
}

static int
not_a_word(const struct place *place, const char *const *words,
    const char *found)
{
	char list[256] = "";
	size_t len = 0;

	for (; *words != NULL && len < sizeof list; words++)
		len += (size_t)snprintf(list + len, sizeof list - len, "%s%s",
		    len ? ", " : "", *words);
	return err_set(place->err, place->code,
	    "%s: expected one of %s, found \"%.80s\"", place->text, list,
	    found);
}

static int
check_text(const struct json *value, const struct shape *row,
    const struct place *place)
{
	const char *text = json_text(value);
	const char *const *word;

	if (row->valid != NULL && !row->valid(text))
		return err_set(place->err, place->code,
		    "%s: expected %s, found \"%.80s\"", place->text,
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
	const struct json *value;
	char text[512];
	struct place at = { text, place->code, place->err };
	size_t i = 0;

	if (row->each == JSON_ABSENT)
		return 0;
	for (value = json_first(array); value != NULL;
	     value = json_next(value)) {
		snprintf(text, sizeof text, "%s[%zu]", place->text, i++);
		if (check_element(value, row, &at) == -1)
			return -1;
	}
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

static const struct shape *
find(const struct shape *table, const char *name)
{
	for (; table->name != NULL; table++)
		if (strcmp(table->name, name) == 0)
			return table;
	return NULL;
}

static int
check_known(const struct json *object, const struct shape *table,
    const struct place *place)
{
	const struct json *value;

	for (value = json_first(object); value != NULL;
	     value = json_next(value))
		if (find(table, json_name(value)) == NULL &&
		    strcmp(json_name(value), "note") != 0)
			return err_set(place->err, place->code,
			    "%s.%.80s: unknown member", place->text,
			    json_name(value));
	return 0;
}

static int
check_object(const struct json *object, const struct shape *table,
    unsigned flags, const struct place *place)
{
	const struct shape *row;
	char text[512];
	struct place at = { text, place->code, place->err };

	if ((flags & SHAPE_CLOSED) && check_known(object, table, place) == -1)
		return -1;
	for (row = table; row->name != NULL; row++) {
		const struct json *value = json_get(object, row->name);

		if (value == NULL && !(row->flags & SHAPE_NEED))
			continue;
		snprintf(text, sizeof text, "%s.%s", place->text, row->name);
		if (value == NULL)
			return err_set(place->err, place->code, "%s: missing",
			    text);
		if (check_member(value, row, &at) == -1)
			return -1;
	}
	return 0;
}

int
shape_check(const struct json *object, const struct shape *table,
    unsigned flags, const char *place, int code, struct err *err)
{
	struct place at = { place, code, err };

	if (json_type(object) != JSON_OBJECT)
		return wrong_type(&at, JSON_OBJECT, object);
	return check_object(object, table, flags, &at);
}
