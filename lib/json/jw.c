#include "json/jw.h"
#include "json/escape.h"
#include "json/utf8.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
jw_init(struct jw *jw, struct buf *out)
{
	*jw = (struct jw){ .out = out };
}

static void
name_and_comma(struct jw *jw, const char *name)
{
	bool in_object = jw->depth > 0 && jw->closer[jw->depth - 1] == '}';

	if (in_object != (name != NULL))
		abort();
	if (jw->comma)
		buf_putc(jw->out, ',');
	if (name != NULL) {
		escape_add(jw->out, name, strlen(name));
		buf_putc(jw->out, ':');
	}
	jw->comma = true;
}

static void
begin(struct jw *jw, const char *name, char opener, char closer)
{
	name_and_comma(jw, name);
	if (jw->depth == JSON_DEPTH_MAX)
		abort();
	buf_putc(jw->out, opener);
	jw->closer[jw->depth++] = closer;
	jw->comma = false;
}

void
jw_object(struct jw *jw, const char *name)
{
	begin(jw, name, '{', '}');
}

void
jw_array(struct jw *jw, const char *name)
{
	begin(jw, name, '[', ']');
}

void
jw_end(struct jw *jw)
{
	if (jw->depth == 0)
		abort();
	buf_putc(jw->out, jw->closer[--jw->depth]);
	jw->comma = true;
}

void
jw_text(struct jw *jw, const char *name, const char *text)
{
	name_and_comma(jw, name);
	if (text == NULL)
		buf_puts(jw->out, "null");
	else
		escape_add(jw->out, text, strlen(text));
}

void
jw_int(struct jw *jw, const char *name, int64_t number)
{
	char digits[24];
	int len;

	if (number > JSON_INT_MAX || number < -JSON_INT_MAX)
		abort();
	name_and_comma(jw, name);
	len = snprintf(digits, sizeof digits, "%" PRId64, number);
	buf_add(jw->out, digits, (size_t)len);
}

void
jw_bool(struct jw *jw, const char *name, bool truth)
{
	name_and_comma(jw, name);
	buf_puts(jw->out, truth ? "true" : "false");
}

void
jw_null(struct jw *jw, const char *name)
{
	name_and_comma(jw, name);
	buf_puts(jw->out, "null");
}

void
jw_instant(struct jw *jw, const char *name, instant at)
{
	char text[INSTANT_SIZE];

	if (instant_format(at, text) == -1)
		jw_null(jw, name);
	else
		jw_text(jw, name, text);
}

void
jw_raw(struct jw *jw, const char *name, const char *text, size_t len)
{
	name_and_comma(jw, name);
	buf_add(jw->out, text, len);
}

void
jw_value(struct jw *jw, const char *name, const struct json *value)
{
	const struct json *e;
	bool object = json_type(value) == JSON_OBJECT;

	switch (json_type(value)) {
	case JSON_BOOL:
		jw_bool(jw, name, json_bool(value, false));
		break;
	case JSON_NUMBER:
		jw_int(jw, name, json_int(value, 0));
		break;
	case JSON_STRING:
		jw_text(jw, name, json_text(value));
		break;
	case JSON_ARRAY:
	case JSON_OBJECT:
		begin(jw, name, object ? '{' : '[', object ? '}' : ']');
		for (e = json_first(value); e != NULL; e = json_next(e))
			jw_value(jw, json_name(e), e);
		jw_end(jw);
		break;
	default:
		jw_null(jw, name);
	}
}

void
jw_bytes(struct jw *jw, const char *name, const char *bytes, size_t len)
{
	struct buf text = { 0 };
	uint32_t point;
	size_t at, step;

	for (at = 0; at < len; at += step) {
		step = utf8_read(bytes + at, len - at, &point);
		if (step == 0 || point == 0) {
			step = 1;
			utf8_add(&text, 0xfffd);
		} else {
			buf_add(&text, bytes + at, step);
		}
	}
	name_and_comma(jw, name);
	escape_add(jw->out, buf_text(&text), text.len);
	buf_clear(&text);
}

void
jw_any_text(struct jw *jw, const char *name, const char *text)
{
	if (text != NULL)
		jw_bytes(jw, name, text, strlen(text));
	else
		jw_null(jw, name);
}

void
jw_list(struct jw *jw, const char *name, const struct list *list)
{
	size_t i;

	jw_array(jw, name);
	for (i = 0; i < list->count; i++)
		jw_text(jw, NULL, list->items[i]);
	jw_end(jw);
}
