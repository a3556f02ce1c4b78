/*
 * hermes-ledger - append what happened to the hash-chained ledger
 *
 * Appends the document's "events" to STATE/runtime_events.jsonl and an
 * acknowledgement to its "ledger". Without -s it writes nothing and counts.
 * -V reads no document: it verifies the chain. See hermes-ledger(1).
 */
#include "record.h"
#include "stage/stage.h"
#include "verify.h"
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

struct options {
	const char *state; /* borrowed from argv; NULL: no trace */
	bool verify;
};

static int
run(struct doc *doc, const struct options *opts, struct err *err)
{
	struct state state = STATE_INIT;
	int rc;

	if (!opts->verify && doc_read(doc, stdin, "stdin", err) == -1)
		return -1;
	if (opts->state == NULL)
		return record(doc, NULL, err);
	if (state_open(&state, opts->state, !opts->verify, err) == -1)
		return -1;
	rc = opts->verify ? verify(doc, &state, err) : record(doc, &state, err);
	state_close(&state);
	return rc;
}

int
main(int argc, char *argv[])
{
	struct options opts = { 0 };
	struct doc doc = { 0 };
	struct err err;
	int ch;

	stage_begin(argc, argv, "hermes-ledger [-V] [-s STATE]");
	while ((ch = getopt(argc, argv, "Vs:")) != -1)
		switch (ch) {
		case 'V':
			opts.verify = true;
			break;
		case 's':
			opts.state = optarg;
			break;
		default:
			stage_usage();
		}
	if (optind != argc || (opts.verify && opts.state == NULL))
		stage_usage();

	if (run(&doc, &opts, &err) == -1 || doc_write(&doc, stdout, &err) == -1)
		stage_die(&err);
	doc_clear(&doc);

	return 0;
}
