/*
 * hermes-exec - fast-forward what the gate let pass, so that it can be undone
 *
 * Adds "exec" to the document. With -R, reads none and closes what a dead
 * cycle left. Without -s nothing is ever done. See hermes-exec(1).
 */
#include "accept.h"
#include "git/lib.h"
#include "json/doc.h"
#include "lane.h"
#include "model/cycle.h"
#include "plumbing/version.h"
#include "proc/host.h"
#include "recover.h"
#include "stage/stage.h"
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

struct options {
	const char *state; /* borrowed from argv; NULL: nothing is done */
	bool recover, verbose;
	FILE *watched; /* borrowed; NULL: stderr is no terminal */
};

static int
open_cycle(struct doc *doc, struct err *err)
{
	char id[CYCLE_ID_SIZE], host[HOST_NAME_SIZE];
	struct host_now now;
	struct cycle cycle;

	if (host_now(&now, err) == -1 || host_name(host, err) == -1)
		return -1;
	cycle = (struct cycle){
		.id = id,
		.host = host,
		.real_at = now.real_at,
		.boot_ms = now.boot_ms,
		.boot_id = now.boot_id,
	};
	if (cycle_id_make(id, &cycle, getpid()) == -1)
		return err_set(err, EX_SOFTWARE, "clock: out of range");
	doc_new(doc, "hermes.cycle/1");
	cycle_put(doc, &cycle);

	return 0;
}

static int
recover(struct doc *doc, const struct options *opts, struct err *err)
{
	struct state state = STATE_INIT;
	int rc;

	if (stage_state(&state, opts->state, err) == -1)
		return -1;
	rc = open_cycle(doc, err);
	if (rc == 0)
		rc = recover_all(doc, &state, err);
	state_close(&state);

	return rc;
}

static int
execute(struct doc *doc, const struct options *opts, struct err *err)
{
	struct state state = STATE_INIT;
	struct jobs jobs = { 0 };
	bool real = opts->state != NULL, git;
	char version[VERSION_SIZE];
	int rc;

	if (doc_read(doc, stdin, "stdin", err) == -1 ||
	    accept_document(doc, real ? &state : NULL, err) == -1)
		return -1;
	if (real && stage_state(&state, opts->state, err) == -1)
		return -1;
	rc = accept_jobs(&jobs, doc, &state, err);
	git = rc == 0 && real && jobs.count > 0;
	if (git)
		rc = version_find(version, err) == -1 ? -1 : git_start(err);
	if (rc == 0)
		rc = real ? lane_run(&jobs, doc, opts->watched, err)
			  : lane_refuse(&jobs, doc, err);
	accept_clear(&jobs);
	if (git)
		git_stop();
	state_close(&state);

	return rc;
}

/* A line on stderr for each repository. */
static void
print(struct doc *doc)
{
	const struct json *row;

	row = json_first(json_get(doc_get(doc, "exec"), "repos"));
	for (; row != NULL; row = json_next(row)) {
		stage_tell("", json_get_text(row, "repo_key"));
		stage_tell(": ", json_get_text(row, "verdict"));
		stage_tell(": ", json_get_text(row, "code"));
		stage_tell(": ", json_get_text(row, "detail"));
		fputc('\n', stderr);
	}
}

int
main(int argc, char *argv[])
{
	struct options opts = { 0 };
	struct doc doc = { 0 };
	struct err err;
	int ch, rc;

	stage_begin(argc, argv, "hermes-exec [-v] [-s STATE] | -R -s STATE");
	while ((ch = getopt(argc, argv, "Rs:v")) != -1)
		switch (ch) {
		case 'R':
			opts.recover = true;
			break;
		case 's':
			opts.state = optarg;
			break;
		case 'v':
			opts.verbose = true;
			break;
		default:
			stage_usage();
		}
	if (optind != argc || (opts.recover && opts.state == NULL))
		stage_usage();

	if (isatty(STDERR_FILENO))
		opts.watched = stderr;
	rc = opts.recover ? recover(&doc, &opts, &err)
			  : execute(&doc, &opts, &err);
	if (rc == -1 || doc_write(&doc, stdout, &err) == -1)
		stage_die(&err);
	if (opts.verbose)
		print(&doc);
	doc_clear(&doc);

	return 0;
}
