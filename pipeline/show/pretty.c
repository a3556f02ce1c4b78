#include "pretty.h"
#include <string.h>

static void
new_line(struct buf *out, size_t depth)
{
	buf_putc(out, '\n');
	for (; depth > 0; depth--)
		buf_puts(out, "  ");
}

/* Behind the closing quote of the string that begins at text[i]. */
static size_t
string_end(const char *text, size_t len, size_t i)
{
	for (i++; i < len && text[i] != '"'; i++)
		if (text[i] == '\\')
			i++;
	return i + 1;
}

static size_t
skip_space(const char *text, size_t len, size_t i)
{
	while (i < len && strchr(" \t\r\n", text[i]) != NULL)
		i++;
	return i;
}

/* Empty objects and arrays stay on their line. */
static size_t
open_bracket(struct buf *out, const char *text, size_t len, size_t i,
    size_t *depth)
{
	size_t next = skip_space(text, len, i + 1);

	buf_putc(out, text[i]);
	if (next < len && (text[next] == '}' || text[next] == ']')) {
		buf_putc(out, text[next]);
		return next + 1;
	}
	new_line(out, ++*depth);
	return next;
}

void
pretty_add(struct buf *out, const char *text, size_t len)
{
	size_t depth = 0, end, i = skip_space(text, len, 0);

	while (i < len) {
		switch (text[i]) {
		case '{':
		case '[':
			i = open_bracket(out, text, len, i, &depth);
			break;
		case '}':
		case ']':
			new_line(out, --depth);
			buf_putc(out, text[i++]);
			break;
		case ',':
			buf_putc(out, text[i++]);
			new_line(out, depth);
			break;
		case ':':
			buf_puts(out, ": ");
			i++;
			break;
		case '"':
			end = string_end(text, len, i);
			buf_add(out, text + i, end - i);
			i = end;
			break;
		default:
			buf_putc(out, text[i++]);
		}
		i = skip_space(text, len, i);
	}
	buf_putc(out, '\n');
}
