/*
 * strict - check stdin; 0, or 65 and the one line
 */
#include "json/strict.h"
#include "base/buf.h"
#include <stdio.h>

int
main(void)
{
	struct buf in = { 0 };
	struct err err;
	int c, code = 0;

	while ((c = getchar()) != EOF)
		buf_putc(&in, (char)c);
	if (strict_check(buf_text(&in), in.len, "stdin", NULL, NULL, &err) ==
	    -1) {
		fprintf(stderr, "%s\n", err.text);
		code = err.code;
	}
	buf_clear(&in);
	return code;
}
