/*
 * shape - what a reader expects of an object, as a table
 *
 * A stage lists the members that it reads, once, and has them checked before
 * it looks at one: after that it asks json_get() without fear. The error
 * names the path of the member: `probe.repos[3].path: expected a string,
 * found a number`.
 */
#ifndef JSON_SHAPE_H
#define JSON_SHAPE_H

#include "base/err.h"
#include "json/value.h"
#include <stdbool.h>

enum shape_flags {
	SHAPE_NEED = 1,  /* must be there */
	SHAPE_NULL = 2,  /* may be null */
	SHAPE_CLOSED = 4 /* its members that no row names are an error; for
			    files that a person writes ("note" is allowed) */
};

struct shape {
	const char *name;    /* NULL ends the table */
	enum json_type type; /* what the member must be */
	unsigned flags;
	int64_t min, max; /* numbers; both 0: any */
	const char *const
	    *words; /* strings: one of these, NULL ends; or NULL */
	bool (*valid)(const char *text); /* strings: must hold; or NULL */
	const char
	    *wanted; /* what `valid` wants, for the error: "an instant" */
	const struct shape *members; /* objects: theirs; or NULL */
	enum json_type each;         /* arrays: type of each element, or 0 */
	const struct shape *each_members; /* arrays of objects: their members */
	const struct shape *each_text;    /* arrays of strings: one row whose
					     words/valid/wanted hold for each */
};

/*
 * Check `object` against the table. `place` is where it stands ("probe", or
 * a file: "config/fleet.json: "); `flags` may hold SHAPE_CLOSED for `object`
 * itself; `code` is EX_DATAERR for documents, EX_CONFIG for configuration.
 */
int shape_check(const struct json *object, const struct shape *table,
    unsigned flags, const char *place, int code, struct err *err);

#endif
