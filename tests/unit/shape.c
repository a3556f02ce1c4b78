/*
 * shape - check stdin against a small table with a row of every kind
 *
 *   shape [closed]
 */
#include "json/shape.h"
#include "base/buf.h"
#include <stdio.h>
#include <string.h>

static bool
is_short(const char *text)
{
	return strlen(text) < 4;
}

static const char *const colours[] = { "red", "green", NULL };
static const struct shape colour = { .words = colours };
static const struct shape leaf[] = { { .name = "n",
					 .type = JSON_NUMBER,
					 .flags = SHAPE_NEED,
					 .min = 1,
					 .max = 9 },
	{ .name = "s",
	    .type = JSON_STRING,
	    .valid = is_short,
	    .wanted = "a short word" },
	{ 0 } };
static const struct shape table[] = {
	{ .name = "key", .type = JSON_STRING, .flags = SHAPE_NEED },
	{ .name = "maybe", .type = JSON_STRING, .flags = SHAPE_NULL },
	{ .name = "any", .type = JSON_NUMBER },
	{ .name = "on", .type = JSON_BOOL },
	{ .name = "leaf",
	    .type = JSON_OBJECT,
	    .flags = SHAPE_CLOSED,
	    .members = leaf },
	{ .name = "leaves",
	    .type = JSON_ARRAY,
	    .each = JSON_OBJECT,
	    .each_members = leaf },
	{ .name = "colours",
	    .type = JSON_ARRAY,
	    .each = JSON_STRING,
	    .each_text = &colour },
	{ 0 }
};

int
main(int argc, char *argv[])
{
	struct buf in = { 0 };
	struct json *root;
	struct err err = { 0 };
	unsigned flags =
	    argc > 1 && strcmp(argv[1], "closed") == 0 ? SHAPE_CLOSED : 0;
	int c;

	while ((c = getchar()) != EOF)
		buf_putc(&in, (char)c);
	root = json_parse(buf_text(&in), in.len, "stdin", &err);
	if (root != NULL)
		shape_check(root, table, flags, "file", EX_CONFIG, &err);
	json_free(root);
	buf_clear(&in);
	puts(err.code ? err.text : "holds");
	return err.code;
}
