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
#include <sys/ioctl.h>
#include <unistd.h>

static const char usage[] =
    "hermes-show [-p | -r REPO] [-f table|json|dot|id|keep]";

static bool
shows_utf8(void)
{
	return setlocale(LC_CTYPE, "") != NULL &&
	       strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* Of stdout where that is a terminal, else 0. */
static size_t
terminal_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) ||
	    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == -1)
		return 0;
	return size.ws_col;
}

static int
table(struct doc *doc, const struct table_options *opts, struct buf *out,
    struct err *err)
{
	struct rows rows = { 0 };
	int done = rows_read(&rows, doc, err);

	if (done == 0 && opts->person)
		done = rows_person(&rows, doc, err);
	if (done == 0)
		done = table_write(&rows, opts, out, err);
	rows_clear(&rows);
	return done;
}

static int
json(struct doc *doc, const struct table_options *opts, struct buf *out,
    struct err *err)
{
	struct buf bytes = { 0 };

	(void)opts;
	(void)err;
	doc_bytes(doc, &bytes);
	pretty_add(out, bytes.data, bytes.len);
	buf_clear(&bytes);
	return 0;
}

static int
dot(struct doc *doc, const struct table_options *opts, struct buf *out,
    struct err *err)
{
	(void)opts;
	return dot_write(doc, out, err);
}

/* The cycle's id, for whoever files the document under it. */
static int
id(struct doc *doc, const struct table_options *opts, struct buf *out,
    struct err *err)
{
	struct cycle cycle;

	(void)opts;
	if (doc_is(doc, "hermes.cycle/1", err) == -1 ||
	    cycle_get(doc, &cycle, err) == -1)
		return -1;
	buf_printf(out, "%s\n", cycle.id);
	return 0;
}

/* How many cycles the policy keeps. */
static int
keep(struct doc *doc, const struct table_options *opts, struct buf *out,
    struct err *err)
{
	const struct json *policy;
	int64_t count;

	(void)opts;
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
	int (*print)(struct doc *doc, const struct table_options *opts,
	    struct buf *out, struct err *err);
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
run(const struct format *format, const struct table_options *opts,
    struct err *err)
{
	struct doc doc = { 0 };
	struct buf out = { 0 };
	int done = -1;

	if (doc_read(&doc, stdin, "stdin", err) == 0 &&
	    format->print(&doc, opts, &out, err) == 0) {
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
	struct table_options opts = { 0 };
	struct err err;
	int ch;

	stage_begin(argc, argv, usage);
	while ((ch = getopt(argc, argv, "f:pr:")) != -1)
		switch (ch) {
		case 'f':
			format = format_of(optarg);
			break;
		case 'p':
			opts.person = true;
			break;
		case 'r':
			opts.repo = optarg; /* borrowed from argv */
			break;
		default:
			stage_usage();
		}
	if (optind != argc || (opts.person && opts.repo != NULL) ||
	    ((opts.person || opts.repo != NULL) && format != &formats[0]))
		stage_usage();
	opts.utf8 = shows_utf8();
	opts.width = terminal_width();

	if (run(format, &opts, &err) == -1)
		stage_die(&err);

	return 0;
}
