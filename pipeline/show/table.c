#include "table.h"
#include "base/alloc.h"
#include "counts.h"
#include "json/utf8.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#define COLUMN_COUNT 5
#define OID_SHOWN 8
#define REASON_MIN 20 /* in less than that nothing is broken */

struct cell {
	size_t at, len; /* in `text` */
	size_t width;   /* T1 */
};

struct table {
	bool utf8;
	size_t width;       /* T3 */
	struct buf text;    /* of all cells */
	struct cell *cells; /* owned; COLUMN_COUNT a line */
	size_t count, cap;
	size_t widths[COLUMN_COUNT];
};

/* Marks that turn the direction of text, join, or are not seen at all. */
static bool
is_sly(uint32_t point)
{
	return (point >= 0x200b && point <= 0x200f) ||
	       (point >= 0x2028 && point <= 0x202e) ||
	       (point >= 0x2060 && point <= 0x206f) || point == 0xfeff ||
	       point == 0xad || point == 0x61c;
}

/* Append one code point; returns the columns that it takes. */
static size_t
add_point(struct buf *out, uint32_t point, bool utf8)
{
	size_t before = out->len;
	int width;

	if (point >= 0x20 && point < 0x7f) {
		buf_putc(out, (char)point);
		return 1;
	}
	width = utf8 ? wcwidth((wchar_t)point) : -1;
	if (width < 0 || is_sly(point) || !iswprint((wint_t)point)) {
		buf_printf(out, "\\u%04x", (unsigned)point);
		return out->len - before;
	}
	utf8_add(out, point);
	return (size_t)width;
}

/* T2 */
size_t
table_text(struct buf *out, const char *text, bool utf8)
{
	size_t len = strlen(text), step, width = 0;
	uint32_t point;

	for (; len > 0; text += step, len -= step) {
		step = utf8_read(text, len, &point);
		if (step == 0) {
			step = 1;
			point = 0xfffd;
		}
		width += add_point(out, point, utf8);
	}
	return width;
}

static void
add_cell(struct table *table, const char *text)
{
	size_t column = table->count % COLUMN_COUNT;
	struct cell *cell;

	table->cells = xgrow(table->cells, table->count, &table->cap,
	    sizeof *table->cells);
	cell = &table->cells[table->count++];
	cell->at = table->text.len;
	cell->width = table_text(&table->text,
	    text != NULL && *text != '\0' ? text : "-", table->utf8);
	cell->len = table->text.len - cell->at;
	if (cell->width > table->widths[column])
		table->widths[column] = cell->width;
}

static const char *
arrow(const struct table *table)
{
	return table->utf8 ? "\xe2\x86\x92" : "->";
}

/* "1a2b3c4d -> 5e6f7a8b", or the first alone. */
static void
add_move(struct table *table, const struct row *row)
{
	struct buf text = { 0 };

	buf_printf(&text, "%.*s", OID_SHOWN,
	    row->before != NULL ? row->before : "-");
	if (row->after != NULL &&
	    (row->before == NULL || strcmp(row->before, row->after) != 0))
		buf_printf(&text, " %s %.*s", arrow(table), OID_SHOWN,
		    row->after);
	add_cell(table, buf_text(&text));
	buf_clear(&text);
}

static void
add_row(struct table *table, const struct row *row)
{
	add_cell(table, row->repo_key);
	add_cell(table, row->branch);
	add_move(table, row);
	add_cell(table, row->verdict);
	add_cell(table, row->reason);
}

static void
add_head(struct table *table)
{
	char move[32];

	snprintf(move, sizeof move, "BEFORE %s AFTER", arrow(table));
	add_cell(table, "REPOSITORY");
	add_cell(table, "BRANCH");
	add_cell(table, move);
	add_cell(table, "VERDICT");
	add_cell(table, "REASON");
}

static size_t
point_width(const struct table *table, const char *text, size_t len,
    size_t *step)
{
	uint32_t point;
	int width;

	*step = utf8_read(text, len, &point);
	width = table->utf8 && point >= 0x7f ? wcwidth((wchar_t)point) : 1;
	return width > 0 ? (size_t)width : 0;
}

/* How many bytes of the text fit into `room`: to the last space, if any. */
static size_t
fitting(const struct table *table, const char *text, size_t len, size_t room)
{
	size_t i, step, width = 0, space = 0;

	for (i = 0; i < len; i += step) {
		width += point_width(table, text + i, len - i, &step);
		if (width > room)
			return space > 0 ? space : i;
		if (text[i] == ' ')
			space = i + 1;
	}
	return len;
}

static void
pad(struct buf *out, size_t count)
{
	for (; count > 0; count--)
		buf_putc(out, ' ');
}

/* The last column: as long as it is, or going on below itself (T3). */
static void
print_last(const struct table *table, const struct cell *cell, struct buf *out)
{
	const char *text = table->text.data + cell->at;
	size_t column, used, left = cell->len, indent = 0;
	size_t room = SIZE_MAX;

	for (column = 0; column + 1 < COLUMN_COUNT; column++)
		indent += table->widths[column] + 2;
	if (table->width >= indent + REASON_MIN)
		room = table->width - indent;
	for (;;) {
		used = fitting(table, text, left, room);
		buf_add(out, text, used);
		text += used;
		left -= used;
		if (left == 0)
			break;
		buf_putc(out, '\n');
		pad(out, indent);
	}
	buf_putc(out, '\n');
}

static void
print_cells(const struct table *table, struct buf *out)
{
	const struct cell *cell;
	size_t i, column;

	for (i = 0; i < table->count; i++) {
		cell = &table->cells[i];
		column = i % COLUMN_COUNT;
		if (column + 1 == COLUMN_COUNT) {
			print_last(table, cell, out);
			continue;
		}
		buf_add(out, table->text.data + cell->at, cell->len);
		pad(out, table->widths[column] - cell->width + 2);
	}
}

static bool
is_wanted(const struct row *row, const struct table_options *opts)
{
	if (opts->repo != NULL)
		return strcmp(row->repo_key, opts->repo) == 0 ||
		       (row->along != NULL &&
			   strcmp(row->along, opts->repo) == 0);
	return !opts->person || row->needs_person;
}

static void
print_foot(const struct rows *rows, const struct table_options *opts,
    size_t shown, struct buf *out)
{
	size_t i;

	for (i = 0; i < rows->note_count; i++) {
		table_text(out, rows->notes[i], opts->utf8);
		buf_putc(out, '\n');
	}
	if (shown + rows->note_count > 0)
		buf_putc(out, '\n');
	if (opts->person)
		buf_printf(out, "%zu of %zu %s a person\n", shown, rows->count,
		    shown == 1 ? "needs" : "need");
	else
		counts_write(rows, opts->utf8, out);
}

int
table_write(const struct rows *rows, const struct table_options *opts,
    struct buf *out, struct err *err)
{
	struct table table = { .utf8 = opts->utf8, .width = opts->width };
	size_t i, shown = 0;
	int done = 0;

	add_head(&table);
	for (i = 0; i < rows->count; i++)
		if (is_wanted(rows->list[i], opts)) {
			add_row(&table, rows->list[i]);
			shown++;
		}
	if (shown > 0)
		print_cells(&table, out);
	else if (opts->repo != NULL)
		done = err_set(err, EX_DATAERR, "stdin: no repository \"%s\"",
		    opts->repo);
	if (opts->repo == NULL)
		print_foot(rows, opts, shown, out);
	buf_clear(&table.text);
	free(table.cells);
	return done;
}
