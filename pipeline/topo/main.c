/*
 * hermes-topo - draw what hangs on what in this cycle
 *
 * Adds "topo" to the document: a pure function of it. With -s the graph and
 * the federations are kept as state files too. See hermes-topo(1).
 */
#include "json/doc.h"
#include "stage/stage.h"
#include "topo.h"
#include <unistd.h>

static int
run(struct doc *doc, const char *path, struct err *err)
{
	struct state state = STATE_INIT;
	int rc;

	if (topo_check(doc, err) == -1)
		return -1;
	if (!path)
		return topo_add(doc, NULL, err);
	if (stage_state(&state, path, err) == -1)
		return -1;
	rc = topo_add(doc, &state, err);
	state_close(&state);

	return rc;
}

int
main(int argc, char *argv[])
{
	const char *state = NULL; /* borrowed from argv */
	struct doc doc = { 0 };
	struct err err;
	int ch;

	stage_begin(argc, argv, "hermes-topo [-s STATE]");
	while ((ch = getopt(argc, argv, "s:")) != -1)
		switch (ch) {
		case 's':
			state = optarg;
			break;
		default:
			stage_usage();
		}
	if (optind != argc)
		stage_usage();

	if (doc_read(&doc, stdin, "stdin", &err) == -1 ||
	    run(&doc, state, &err) == -1 || doc_write(&doc, stdout, &err) == -1)
		stage_die(&err);
	doc_clear(&doc);

	return 0;
}
