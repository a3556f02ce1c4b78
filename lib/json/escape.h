/*
 * escape - a JSON string's text and what it stands for
 */
#ifndef JSON_ESCAPE_H
#define JSON_ESCAPE_H

#include "base/buf.h"
#include <stddef.h>

/*
 * Append what the string stands for. `text` is what strict_check() passed,
 * quotes included.
 */
void escape_undo(struct buf *out, const char *text, size_t len);

/*
 * Append `text` (UTF-8, no NUL) as a JSON string, quotes included, with the
 * shortest escapes (RFC 8785, section 3.2.2.2).
 */
void escape_add(struct buf *out, const char *text, size_t len);

#endif
