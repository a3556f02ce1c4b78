#include "base/err.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* One line, whatever a document or a path put into it. */
static void
flatten(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

int
err_set(struct err *err, int code, const char *fmt, ...)
{
	va_list ap;

	err->code = code;
	err->number = 0;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof err->text, fmt, ap);
	va_end(ap);
	flatten(err->text);
	return -1;
}

int
err_sys(struct err *err, int code, const char *fmt, ...)
{
	int number = errno;
	va_list ap;
	size_t len;

	err->code = code;
	err->number = number;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof err->text, fmt, ap);
	va_end(ap);
	len = strlen(err->text);
	snprintf(err->text + len, sizeof err->text - len, ": %s",
	    strerror(number));
	flatten(err->text);
	return -1;
}
