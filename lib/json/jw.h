/*
 * jw - write JSON, member by member
 *
 * Compact, in the order of the calls, numbers exact. `name` is the member's
 * name inside an object and NULL inside an array or at the top. Unbalanced
 * calls are a bug and abort.
 */
#ifndef JSON_JW_H
#define JSON_JW_H

#include "base/buf.h"
#include "base/instant.h"
#include "base/list.h"
#include "json/strict.h"
#include "json/value.h"
#include <stdbool.h>
#include <stdint.h>

struct jw {
	struct buf *out; /* borrowed */
	int depth;
	bool comma; /* one is due before the next value */
	char closer[JSON_DEPTH_MAX + 1];
};

void jw_init(struct jw *jw, struct buf *out);

void jw_object(struct jw *jw, const char *name);
void jw_array(struct jw *jw, const char *name);
void jw_end(struct jw *jw); /* closes the innermost */

void jw_text(struct jw *jw, const char *name,
    const char *text); /* NULL: null */
void jw_int(struct jw *jw, const char *name, int64_t number);
void jw_bool(struct jw *jw, const char *name, bool truth);
void jw_null(struct jw *jw, const char *name);
void jw_instant(struct jw *jw, const char *name, instant at);

/* An array of strings. */
void jw_list(struct jw *jw, const char *name, const struct list *list);

/* JSON text that is well formed already, as it stands. */
void jw_raw(struct jw *jw, const char *name, const char *text, size_t len);

/* A value that was read; NULL writes null. */
void jw_value(struct jw *jw, const char *name, const struct json *value);

/*
 * A string that may hold any bytes (paths, what other programs say): what is
 * not UTF-8 or is NUL becomes U+FFFD.
 */
void jw_bytes(struct jw *jw, const char *name, const char *bytes, size_t len);

/* The same of a text that ends with NUL; NULL is null. */
void jw_any_text(struct jw *jw, const char *name, const char *text);

#endif
