/*
 * counts - how many of what, in one line
 */
#ifndef SHOW_COUNTS_H
#define SHOW_COUNTS_H

#include "base/buf.h"
#include "rows.h"
#include <stdbool.h>

/* "12 repositories: 3 applied, 1 rolled-back, 8 none": what changed first,
 * then the rest. */
void counts_write(const struct rows *rows, bool utf8, struct buf *out);

#endif
