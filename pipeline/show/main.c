/*
 * hermes-show - print a document as a table that a person can read
 *
 * Writes text, not a document. Opens no file and reads no clock. See
 * hermes-show(1).
 */
#include "dot.h"
#include "json/doc.h"
#include "model/cycle.h"
#include "pretty.h"
#include "rows.h"
#include "stage/stage.h"
#include "table.h"
#include <langinfo.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>

static const char usage[] = "hermes-show [-p] [-f table|json|dot|id|keep]";

static bool
shows_utf8(void)
{
	return setlocale(LC_CTYPE, "") != NULL &&
	       strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static int
table(struct doc *doc, bool person, struct buf *out, struct err *err)
{
	struct rows rows = { 0 };
	int done = rows_read(&rows, doc, err);

	if (done == 0 && person)
		done = rows_person(&rows, doc, err);
	if (done == 0)
		table_write(&rows, shows_utf8(), person, out);
	rows_clear(&rows);
	return done;
}

static int
json(struct doc *doc, bool person, struct buf *out, struct err *err)
{
	struct buf bytes = { 0 };

	(void)person;
	(void)err;
	doc_bytes(doc, &bytes);
	pretty_add(out, bytes.data, bytes.len);
	buf_clear(&bytes);
	return 0;
}

static int
dot(struct doc *doc, bool person, struct buf *out, struct err *err)
{
	(void)person;
	return dot_write(doc, out, err);
}

/* The cycle's id, for whoever files the document under it. */
static int
id(struct doc *doc, bool person, struct buf *out, struct err *err)
{
	struct cycle cycle;

	(void)person;
	if (doc_is(doc, "hermes.cycle/1", err) == -1 ||
	    cycle_get(doc, &cycle, err) == -1)
		return -1;
	buf_printf(out, "%s\n", cycle.id);
	return 0;
}

/* How many cycles the policy keeps. */
static int
keep(struct doc *doc, bool person, struct buf *out, struct err *err)
{
	const struct json *policy;
	int64_t count;

	(void)person;
	policy = doc_is(doc, "hermes.cycle/1", err) == 0
		     ? doc_need(doc, "policy", err)
		     : NULL;
	if (policy == NULL)
		return -1;
	count = json_get_int(policy, "keep_cycles", -1);
	if (count < 1)
		return err_set(err, EX_DATAERR,
		    "stdin: policy.keep_cycles: expected a number above 0");
	buf_printf(out, "%lld\n", (long long)count);
	return 0;
}

static const struct format {
	const char *name;
	int (*print)(struct doc *doc, bool person, struct buf *out,
	    struct err *err);
} formats[] = {
	{ "table", table },
	{ "json", json },
	{ "dot", dot },
	{ "id", id },
	{ "keep", keep },
};

static const struct format *
format_of(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof formats / sizeof *formats; i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	stage_usage();
}

static int
run(const struct format *format, bool person, struct err *err)
{
	struct doc doc = { 0 };
	struct buf out = { 0 };
	int done = -1;

	if (doc_read(&doc, stdin, "stdin", err) == 0 &&
	    format->print(&doc, person, &out, err) == 0) {
		done = 0;
		if (fwrite(buf_text(&out), 1, out.len, stdout) != out.len ||
		    fflush(stdout) != 0)
			done = err_sys(err, EX_IOERR, "stdout");
	}
	buf_clear(&out);
	doc_clear(&doc);
	return done;
}

int
main(int argc, char *argv[])
{
	const struct format *format = &formats[0];
	bool person = false;
	struct err err;
	int ch;

	stage_begin(argc, argv, usage);
	while ((ch = getopt(argc, argv, "f:p")) != -1)
		switch (ch) {
		case 'f':
			format = format_of(optarg);
			break;
		case 'p':
			person = true;
			break;
		default:
			stage_usage();
		}
	if (optind != argc || (person && format != &formats[0]))
		stage_usage();

	if (run(format, person, &err) == -1)
		stage_die(&err);

	return 0;
}
