/*
 * hermes-plan - decide what is done with every repository, and in which order
 *
 * Adds "plan" to the document. Opens no file and reads no clock unless -s
 * names a STATE to keep the plan in: the same bytes in give the same bytes
 * out. See hermes-plan(1).
 */
#include "plan.h"
#include "stage/stage.h"
#include <stdio.h>
#include <unistd.h>

static int
keep(const char *path, const struct buf *text, struct err *err)
{
	struct state state = STATE_INIT;
	int result;

	if (stage_state(&state, path, err) == -1)
		return -1;
	result = state_write(&state, "global_orchestration_plan.json",
	    text->data, text->len, err);
	state_close(&state);

	return result == -1 ? -1 : 0;
}

int
main(int argc, char *argv[])
{
	const char *path = NULL, *undo = NULL; /* borrowed from argv */
	bool ask = false;
	struct buf text = { 0 };
	struct doc doc = { 0 };
	struct err err;
	int ch, no;

	stage_begin(argc, argv, "hermes-plan [-e] [-s STATE] [-u REPO[=OID]]");
	while ((ch = getopt(argc, argv, "es:u:")) != -1)
		switch (ch) {
		case 'e':
			ask = true;
			break;
		case 's':
			path = optarg;
			break;
		case 'u':
			undo = optarg;
			break;
		default:
			stage_usage();
		}
	if (optind != argc)
		stage_usage();

	if (doc_read(&doc, stdin, "stdin", &err) == -1 ||
	    (no = plan_add(&doc, undo, path ? &text : NULL, &err)) == -1 ||
	    (path && keep(path, &text, &err) == -1) ||
	    doc_write(&doc, stdout, &err) == -1)
		stage_die(&err);
	buf_clear(&text);
	doc_clear(&doc);

	return ask ? no : 0;
}
