/*
 * strict - what Hermes accepts as JSON, decided before cJSON sees a byte
 *
 * RFC 8259 with the rules of P7: UTF-8, no duplicate member names after
 * unescaping, no lone surrogate and no NUL (written or as \u0000), nothing
 * behind the value but white space, numbers whole and plain (no fraction, no
 * exponent, no -0) within +-(2^53-1), nesting to 64.
 *
 * An error is EX_DATAERR and reads `place: LINE: reason`, lines from 1.
 */
#ifndef JSON_STRICT_H
#define JSON_STRICT_H

#include "base/err.h"
#include <stddef.h>
#include <stdint.h>

#define JSON_DEPTH_MAX 64
#define JSON_INT_MAX INT64_C(9007199254740991)

/* One member of an object, as it stands in the text. */
struct strict_member {
	size_t name_at;  /* of the opening quote */
	size_t name_len; /* quotes included */
	size_t value_at;
	size_t value_len;
};

/*
 * Check the whole of `text`. Where `members` is given the text must be an
 * object, and its members are handed over in order: `*members` is the
 * caller's to free().
 */
int strict_check(const char *text, size_t len, const char *place,
    struct strict_member **members, size_t *count, struct err *err);

#endif
