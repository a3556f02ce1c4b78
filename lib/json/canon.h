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

#endif
