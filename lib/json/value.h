/*
 * value - a JSON value that was read, through cJSON
 *
 * Only this room knows that a `struct json` is a cJSON. Everything handed out
 * is borrowed and lives as long as the root that json_parse() gave.
 * Every call takes NULL for "absent", so look-ups may be chained:
 * json_text(json_get(json_get(doc, "cycle"), "id")).
 * Look-ups are case-sensitive (P7) and cost the length of the object; over
 * the fleet, use a map.
 */
#ifndef JSON_VALUE_H
#define JSON_VALUE_H

#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json;

enum json_type {
	JSON_ABSENT,
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
};

/* Check (strict.h) and parse. NULL and EX_DATAERR, naming `place`. */
struct json *json_parse(const char *text, size_t len, const char *place,
    struct err *err);

/*
 * Parse what strict_check() has passed already, as a part of it; NULL is a
 * bug (EX_SOFTWARE).
 */
struct json *json_parse_checked(const char *text, size_t len, struct err *err);
void json_free(struct json *root);

enum json_type json_type(const struct json *value);
const char *json_type_name(enum json_type type); /* "a string", "an object" */

/* The member called `name`; NULL where there is none or it is no object. */
const struct json *json_get(const struct json *object, const char *name);

/* Walk an array's elements or an object's members in written order. */
const struct json *json_first(const struct json *container);
const struct json *json_next(const struct json *element);
const char *json_name(const struct json *member); /* NULL in an array */
size_t json_count(const struct json *container);  /* linear */

/* The value itself: NULL, `otherwise` where it is of another type. */
const char *json_text(const struct json *value);
int64_t json_int(const struct json *value, int64_t otherwise);
bool json_bool(const struct json *value, bool otherwise);

/* The same for a member of `object`. */
const char *json_get_text(const struct json *object, const char *name);
int64_t json_get_int(const struct json *object, const char *name,
    int64_t otherwise);
bool json_get_bool(const struct json *object, const char *name, bool otherwise);

#endif
