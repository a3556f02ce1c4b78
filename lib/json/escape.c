#include "json/escape.h"
#include "json/utf8.h"
#include <stdint.h>
#include <string.h>

static uint32_t
hex4(const char *text)
{
	uint32_t number = 0;
	int i;

	for (i = 0; i < 4; i++) {
		char c = text[i];

		number = number << 4 |
			 (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return number;
}

/* The escape at `text` (behind its backslash); returns its length. */
static size_t
undo_one(struct buf *out, const char *text)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	const char *plain = strchr(from, text[0]);
	uint32_t point;

	if (text[0] != 'u') {
		buf_putc(out, plain != NULL ? to[plain - from] : text[0]);
		return 1;
	}
	point = hex4(text + 1);
	if (point < 0xd800 || point > 0xdbff) {
		utf8_add(out, point);
		return 5;
	}
	point = 0x10000 + ((point - 0xd800) << 10) + (hex4(text + 7) - 0xdc00);
	utf8_add(out, point);
	return 11;
}

void
escape_undo(struct buf *out, const char *text, size_t len)
{
	const char *end = text + len - 1;
	const char *stop;

	for (text++; text < end;) {
		stop = memchr(text, '\\', (size_t)(end - text));
		if (stop == NULL)
			stop = end;
		buf_add(out, text, (size_t)(stop - text));
		text = stop;
		if (text < end)
			text += 1 + undo_one(out, text + 1);
	}
}

static void
add_one(struct buf *out, unsigned char c)
{
	static const char from[] = "\b\f\n\r\t\"\\", to[] = "bfnrt\"\\";
	const char *short_form = c != 0 ? strchr(from, c) : NULL;

	if (short_form != NULL) {
		buf_putc(out, '\\');
		buf_putc(out, to[short_form - from]);
	} else {
		buf_printf(out, "\\u%04x", c);
	}
}

void
escape_add(struct buf *out, const char *text, size_t len)
{
	size_t i, from = 0;

	buf_reserve(out, len + 2);
	buf_putc(out, '"');
	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(out, text + from, i - from);
		add_one(out, c);
		from = i + 1;
	}
	buf_add(out, text + from, len - from);
	buf_putc(out, '"');
}
