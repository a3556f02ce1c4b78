/*
 * hermes-project - fold the ledger into the views
 *
 * Adds "project" to the document. What it writes is a function of the ledger
 * alone. See hermes-project(1).
 */
#include "model/fold_patch.h"
#include "project.h"
#include "stage/stage.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char usage[] = "hermes-project [-e] [-s STATE]\n"
			    "       hermes-project -u SEQ|INSTANT -s STATE";

/* A number of digits alone is a seq, anything else must be an instant. */
static struct project_until
until_parse(const char *text)
{
	struct project_until until = { 0 };

	if (*text != '\0' && strspn(text, "0123456789") == strlen(text)) {
		until.by_seq = true;
		until.seq = stage_number('u', text, 0, JSON_INT_MAX);
	} else if (instant_parse(text, &until.at) == -1) {
		stage_usage();
	}
	return until;
}

/* -u: print the snapshot of a past moment; nothing is read from stdin and
 * nothing is written. */
static int
print_past(const char *path, const struct project_until *until, struct err *err)
{
	struct state state = STATE_INIT;
	struct project project = { 0 };
	struct buf out = { 0 };
	int done = 0;

	if (state_open(&state, path, false, err) == -1)
		return -1;
	if (project_past(&project, &state, until, err) == -1) {
		done = -1;
	} else {
		fold_snapshot(&project.fold, &out);
		buf_putc(&out, '\n');
		if (fwrite(out.data, 1, out.len, stdout) != out.len ||
		    fflush(stdout) != 0)
			done = err_sys(err, EX_IOERR, "stdout");
	}
	buf_clear(&out);
	project_clear(&project);
	state_close(&state);
	return done;
}

static int
project_state(struct doc *doc, const char *path, bool *needs_person,
    struct err *err)
{
	struct state state = STATE_INIT;
	struct project project = { 0 };
	int done = -1;

	if (stage_state(&state, path, err) == -1)
		return -1;
	if (project_fold(&project, &state, err) == 0 &&
	    project_add(doc, &project, needs_person, err) == 0 &&
	    project_keep(&project, &state, err) == 0)
		done = 0;
	project_clear(&project);
	state_close(&state);
	return done;
}

static int
run(const char *path, bool *needs_person, struct err *err)
{
	struct doc doc = { 0 };
	int done = -1;

	if (doc_read(&doc, stdin, "stdin", err) == 0 &&
	    doc_is(&doc, "hermes.cycle/1", err) == 0 &&
	    doc_begin(&doc, "project", err) == 0 &&
	    (path != NULL ? project_state(&doc, path, needs_person, err)
			  : project_add(&doc, NULL, needs_person, err)) == 0)
		done = doc_write(&doc, stdout, err);
	doc_clear(&doc);
	return done;
}

int
main(int argc, char *argv[])
{
	struct project_until until;
	const char *path = NULL, *past = NULL;
	bool exit_status = false, needs_person = false;
	struct err err;
	int ch;

	stage_begin(argc, argv, usage);
	while ((ch = getopt(argc, argv, "es:u:")) != -1)
		switch (ch) {
		case 'e':
			exit_status = true;
			break;
		case 's':
			path = optarg; /* borrowed from argv */
			break;
		case 'u':
			past = optarg;
			until = until_parse(past);
			break;
		default:
			stage_usage();
		}
	if (optind != argc || (past != NULL && (path == NULL || exit_status)))
		stage_usage();

	if ((past != NULL ? print_past(path, &until, &err)
			  : run(path, &needs_person, &err)) == -1)
		stage_die(&err);

	return exit_status && needs_person ? 1 : 0;
}
