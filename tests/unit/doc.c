/*
 * doc - read a document and write it again, after what argv asks
 *
 *   doc                    as it came
 *   doc put NAME TEXT      doc_put
 *   doc append NAME TEXT   doc_append
 *   doc begin STAGE        doc_begin
 *   doc parse NAME         the member through cJSON and jw again
 */
#include "json/doc.h"
#include "json/jw.h"
#include <string.h>

static int
act(struct doc *doc, char *argv[], struct err *err)
{
	struct buf text = { 0 };
	struct jw jw;

	if (strcmp(argv[1], "begin") == 0)
		return doc_begin(doc, argv[2], err);
	if (strcmp(argv[1], "parse") == 0) {
		jw_init(&jw, &text);
		jw_value(&jw, NULL, doc_get(doc, argv[2]));
		doc_put(doc, argv[2], &text);
		return 0;
	}
	buf_puts(&text, argv[3]);
	if (strcmp(argv[1], "put") == 0)
		doc_put(doc, argv[2], &text);
	else
		doc_append(doc, argv[2], &text);
	return 0;
}

int
main(int argc, char *argv[])
{
	struct doc doc;
	struct err err;

	if (doc_read(&doc, stdin, "stdin", &err) == -1 ||
	    (argc > 2 && act(&doc, argv, &err) == -1) ||
	    doc_write(&doc, stdout, &err) == -1) {
		fprintf(stderr, "%s\n", err.text);
		doc_clear(&doc);
		return err.code;
	}
	doc_clear(&doc);
	return 0;
}
