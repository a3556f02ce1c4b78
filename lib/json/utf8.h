/*
 * utf8 - one code point at a time (RFC 3629)
 */
#ifndef JSON_UTF8_H
#define JSON_UTF8_H

#include "base/buf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The length of the well-formed sequence at `bytes`, 1 to 4, and its code
 * point; 0 where there is none (overlong, surrogate, beyond U+10FFFF, cut).
 */
size_t utf8_read(const char *bytes, size_t len, uint32_t *point);

/* Is all of it well-formed? */
bool utf8_valid(const char *text);

void utf8_add(struct buf *out, uint32_t point);

#endif
