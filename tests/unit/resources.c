/*
 * resources ROOT BEFORE [STATE NOW] - read what stands below ROOT, class it,
 * print it; with STATE measure the space there and keep its two files
 */
#include "../../pipeline/probe/resources.c"
#include "../../pipeline/probe/telemetry.c"

static int
keep(const struct resources *resources, const char *path, const char *at)
{
	struct state state = STATE_INIT;
	struct err err;
	instant now;
	int rc;

	if (instant_parse(at, &now) == -1)
		return EX_USAGE;
	rc = state_open(&state, path, true, &err);
	if (rc == 0)
		rc = resources_keep(resources, &state, now, &err);
	if (rc == -1)
		fprintf(stderr, "%s\n", err.text);
	state_close(&state);

	return rc == -1 ? err.code : 0;
}

int
main(int argc, char *argv[])
{
	struct resources resources;
	struct buf out = { 0 };
	struct jw jw;
	int rc = 0;

	if (argc != 3 && argc != 5)
		return EX_USAGE;
	resources_read(&resources, argv[1], argc == 5 ? argv[3] : NULL);
	resources_classify(&resources, argv[2]);
	jw_init(&jw, &out);
	resources_write(&resources, NULL, &jw);
	puts(buf_text(&out));
	buf_clear(&out);
	if (argc == 5)
		rc = keep(&resources, argv[3], argv[4]);

	return rc;
}
