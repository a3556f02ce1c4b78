/*
 * memory [STATE] - the document's memory, as hermes-probe writes it
 */
#include "../../pipeline/probe/memory.c"

static int
add(struct doc *doc, const char *path, struct err *err)
{
	struct state state = STATE_INIT;
	int rc;

	if (path == NULL)
		return memory_add(doc, NULL, err);
	if ((rc = state_open(&state, path, false, err)) == 0)
		rc = memory_add(doc, &state, err);
	state_close(&state);

	return rc;
}

int
main(int argc, char *argv[])
{
	struct doc doc = { 0 };
	struct err err;
	int rc;

	const struct cycle cycle = { .id = "20250301T040000Z-1a2b3c4d",
		.host = "h",
		.real_at = INT64_C(1740801600000),
		.boot_ms = 1,
		.boot_id = "00000000-0000-0000-0000-000000000000" };

	doc_new(&doc, "hermes.cycle/1");
	cycle_put(&doc, &cycle);
	rc = add(&doc, argc > 1 ? argv[1] : NULL, &err);
	if (rc == 0)
		rc = doc_write(&doc, stdout, &err);
	if (rc == -1)
		fprintf(stderr, "%s\n", err.text);
	doc_clear(&doc);

	return rc == 0 ? 0 : err.code;
}
