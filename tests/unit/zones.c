/*
 * zones NOW POLICY [FLEET] - policy.zones, as hermes-probe writes it
 */
#include "../../pipeline/probe/zones.c"

static struct json *
load(const char *path, struct err *err)
{
	struct buf text = { 0 };
	FILE *file = fopen(path, "r");
	struct json *root;
	int c;

	while (file != NULL && (c = getc(file)) != EOF)
		buf_putc(&text, (char)c);
	if (file != NULL)
		fclose(file);
	root = json_parse(buf_text(&text), text.len, path, err);
	buf_clear(&text);

	return root;
}

static int
zones(const char *at, struct json *const roots[2], struct buf *out,
    struct err *err)
{
	struct fleet fleet = { 0 };
	struct policy policy;
	instant now;
	int rc;

	if (instant_parse(at, &now) == -1)
		return err_set(err, EX_USAGE, "%s: no instant", at);
	if (policy_read(&policy, roots[0], "policy", err) == -1)
		return -1;
	rc = roots[1] == NULL
		 ? 0
		 : fleet_read(&fleet, roots[1], &policy, NULL, "fleet", err);
	if (rc == 0)
		rc = zones_write(&policy, &fleet,
		    &(struct zone_places){ "policy", "fleet" }, now, out, err);
	policy_clear(&policy);
	fleet_clear(&fleet);

	return rc;
}

int
main(int argc, char *argv[])
{
	struct json *roots[2] = { NULL, NULL };
	struct buf out = { 0 };
	struct err err;
	int i, rc = 0;

	for (i = 2; i < argc && i < 4 && rc == 0; i++)
		rc = (roots[i - 2] = load(argv[i], &err)) == NULL ? -1 : 0;
	if (rc == 0)
		rc = zones(argv[1], roots, &out, &err);
	if (rc == 0)
		printf("%s\nTZ=%s\n", buf_text(&out),
		    getenv("TZ") == NULL ? "" : getenv("TZ"));
	else
		fprintf(stderr, "%s\n", err.text);
	json_free(roots[0]);
	json_free(roots[1]);
	buf_clear(&out);

	return rc == 0 ? 0 : err.code;
}
