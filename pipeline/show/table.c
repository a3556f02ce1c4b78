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

struct cell {
	size_t at, len; /* in `text` */
	size_t width;   /* T1 */
};

struct table {
	bool utf8;
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

/* The last column is as long as it is. */
static void
print_cells(const struct table *table, struct buf *out)
{
	const struct cell *cell;
	size_t i, column, pad;

	for (i = 0; i < table->count; i++) {
		cell = &table->cells[i];
		column = i % COLUMN_COUNT;
		buf_add(out, table->text.data + cell->at, cell->len);
		if (column + 1 == COLUMN_COUNT) {
			buf_putc(out, '\n');
			continue;
		}
		for (pad = table->widths[column] - cell->width + 2; pad > 0;
		     pad--)
			buf_putc(out, ' ');
	}
}

void
table_write(const struct rows *rows, bool utf8, bool person, struct buf *out)
{
	struct table table = { .utf8 = utf8 };
	size_t i, shown = 0;

	add_head(&table);
	for (i = 0; i < rows->count; i++)
		if (!person || rows->list[i]->needs_person) {
			add_row(&table, rows->list[i]);
			shown++;
		}
	if (shown > 0)
		print_cells(&table, out);
	for (i = 0; i < rows->note_count; i++) {
		table_text(out, rows->notes[i], utf8);
		buf_putc(out, '\n');
	}
	if (shown + rows->note_count > 0)
		buf_putc(out, '\n');
	if (person)
		buf_printf(out, "%zu of %zu %s a person\n", shown, rows->count,
		    shown == 1 ? "needs" : "need");
	else
		counts_write(rows, utf8, out);
	buf_clear(&table.text);
	free(table.cells);
}
