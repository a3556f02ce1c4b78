/*
 * hermes-gate - judge whether what was planned and leased may be done
 *
 * Adds "gate" to the document: a pure function of it. With -s the verdicts
 * are kept as state files too. See hermes-gate(1).
 */
#include "gate.h"
#include "json/doc.h"
#include "stage/stage.h"
#include <unistd.h>

static int
run(struct doc *doc, const char *path, bool *go, struct err *err)
{
	struct state state = STATE_INIT;
	int rc;

	if (gate_check(doc, err) == -1)
		return -1;
	if (!path)
		return gate_add(doc, NULL, go, err);
	if (stage_state(&state, path, err) == -1)
		return -1;
	rc = gate_add(doc, &state, go, err);
	state_close(&state);

	return rc;
}

int
main(int argc, char *argv[])
{
	const char *state = NULL; /* borrowed from argv */
	bool exit_no = false, go = false;
	struct doc doc = { 0 };
	struct err err;
	int ch;

	stage_begin(argc, argv, "hermes-gate [-e] [-s STATE]");
	while ((ch = getopt(argc, argv, "es:")) != -1)
		switch (ch) {
		case 'e':
			exit_no = true;
			break;
		case 's':
			state = optarg;
			break;
		default:
			stage_usage();
		}
	if (optind != argc)
		stage_usage();

	if (doc_read(&doc, stdin, "stdin", &err) == -1 ||
	    run(&doc, state, &go, &err) == -1 ||
	    doc_write(&doc, stdout, &err) == -1)
		stage_die(&err);
	doc_clear(&doc);

	return exit_no && !go ? 1 : 0;
}
