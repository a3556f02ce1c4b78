/*
 * canon - stdin's JSON, checked, as canonical bytes
 */
#include "json/canon.h"
#include "json/strict.h"
#include <stdio.h>

int
main(void)
{
	struct buf in = { 0 }, out = { 0 };
	struct err err;
	int c;

	while ((c = getchar()) != EOF)
		buf_putc(&in, (char)c);
	if (strict_check(buf_text(&in), in.len, "stdin", NULL, NULL, &err) ==
	    -1) {
		fprintf(stderr, "%s\n", err.text);
		buf_clear(&in);
		return err.code;
	}
	canon_add(&out, in.data, in.len);
	fwrite(out.data, 1, out.len, stdout);
	buf_clear(&in);
	buf_clear(&out);
	return fflush(stdout) == 0 ? 0 : EX_IOERR;
}
