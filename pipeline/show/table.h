/*
 * table - rows as text that a person can read
 *
 *   T1  columns are aligned by what a terminal shows, not by bytes
 *   T2  nothing that is not printable reaches the terminal: it is written as
 *       \uXXXX; in the C locale so is all that is not ASCII
 */
#ifndef SHOW_TABLE_H
#define SHOW_TABLE_H

#include "base/buf.h"
#include "rows.h"
#include <stdbool.h>

/* Append the table; `utf8` says what the terminal shows. `person`: only the
 * rows that need one. */
void table_write(const struct rows *rows, bool utf8, bool person,
    struct buf *out);

/* T2: append the text; returns the columns that it takes. */
size_t table_text(struct buf *out, const char *text, bool utf8);

#endif
