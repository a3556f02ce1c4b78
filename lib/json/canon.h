/*
 * canon - canonical bytes: RFC 8785 (JCS), whole numbers only
 *
 * Members sorted by the UTF-16 code units of their names, no white space,
 * shortest escapes. For plain names and text: the bytes of `jq -cjS`.
 */
#ifndef JSON_CANON_H
#define JSON_CANON_H

#include "base/buf.h"
#include "base/hash.h"
#include <stddef.h>

/* Append the canonical bytes of `text`, which strict_check() has passed. */
void canon_add(struct buf *out, const char *text, size_t len);

/* sha256: over the canonical bytes of `text`, likewise. */
void canon_hash(const char *text, size_t len, char out[HASH_NAMED_SIZE]);

/* A member of an object that is not written out; borrowed. */
struct canon_member {
	const char *name; /* unescaped, without a NUL in it */
	const char *text; /* the value's bytes, checked likewise */
	size_t len;
};

/* As canon_hash() of the object with these members, which are put in order,
 * one after the other: a big object is never in memory a second time. */
void canon_hash_members(struct canon_member *members, size_t count,
    char out[HASH_NAMED_SIZE]);

#endif
