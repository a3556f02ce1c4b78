#include "base/buf.h"
#include "base/alloc.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
buf_reserve(struct buf *buf, size_t len)
{
	size_t want = buf->len + len + 1;

	if (want <= buf->cap)
		return;
	if (want < buf->cap * 2)
		want = buf->cap * 2;
	if (want < 64)
		want = 64;
	buf->data = xreallocarray(buf->data, want, 1);
	buf->cap = want;
}

void
buf_add(struct buf *buf, const void *bytes, size_t len)
{
	buf_reserve(buf, len);
	if (len > 0)
		memcpy(buf->data + buf->len, bytes, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void
buf_puts(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void
buf_putc(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

void
buf_printf(struct buf *buf, const char *fmt, ...)
{
	va_list ap;
	int len;

	buf_reserve(buf, 64);
	va_start(ap, fmt);
	len = vsnprintf(buf->data + buf->len, buf->cap - buf->len, fmt, ap);
	va_end(ap);
	if (len < 0)
		abort();
	if ((size_t)len >= buf->cap - buf->len) {
		buf_reserve(buf, (size_t)len);
		va_start(ap, fmt);
		vsnprintf(buf->data + buf->len, buf->cap - buf->len, fmt, ap);
		va_end(ap);
	}
	buf->len += (size_t)len;
}

void
buf_reset(struct buf *buf)
{
	buf->len = 0;
	if (buf->data != NULL)
		buf->data[0] = '\0';
}

void
buf_clear(struct buf *buf)
{
	free(buf->data);
	*buf = (struct buf){ 0 };
}

char *
buf_take(struct buf *buf)
{
	char *text;

	buf_reserve(buf, 0);
	buf->data[buf->len] = '\0';
	text = buf->data;
	*buf = (struct buf){ 0 };
	return text;
}

const char *
buf_text(const struct buf *buf)
{
	return buf->data != NULL ? buf->data : "";
}
