/*
 * pretty - a document's own bytes, one member a line
 *
 * What `jq .` writes of it, but that every number and text keeps its bytes.
 */
#ifndef SHOW_PRETTY_H
#define SHOW_PRETTY_H

#include "base/buf.h"
#include <stddef.h>

/* Append `text`, which strict_check() has passed, and a newline. */
void pretty_add(struct buf *out, const char *text, size_t len);

#endif
