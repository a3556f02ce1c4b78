/*
 * table - rows as text that a person can read
 *
 *   T1  columns are aligned by what a terminal shows, not by bytes
 *   T2  nothing that is not printable reaches the terminal: it is written as
 *       \uXXXX; in the C locale so is all that is not ASCII
 *   T3  where the width of a terminal is known a reason that does not fit goes
 *       on below itself; nothing is cut, and a pipe gets a row a line
 */
#ifndef SHOW_TABLE_H
#define SHOW_TABLE_H

#include "base/buf.h"
#include "base/err.h"
#include "rows.h"
#include <stdbool.h>

struct table_options {
	bool utf8;        /* what the terminal shows */
	bool person;      /* only the rows that need one */
	const char *repo; /* borrowed; only this one's row; NULL: all */
	size_t width;     /* of the terminal; 0: not known, or none */
};

/* Append the table. EX_DATAERR where it has no row of opts->repo. */
int table_write(const struct rows *rows, const struct table_options *opts,
    struct buf *out, struct err *err);

/* T2: append the text; returns the columns that it takes. */
size_t table_text(struct buf *out, const char *text, bool utf8);

#endif
