/*
 * config [-h HOME] POLICY [FLEET] - read a policy file ("-":
 * none) and a fleet file as hermes-probe does; print the document's policy,
 * or its fleet where one is named
 */
#include "base/buf.h"
#include "json/value.h"
#include "model/fleet.h"
#include "model/policy.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Noreturn void
die(const struct err *err)
{
	fprintf(stderr, "%s\n", err->text);
	exit(err->code);
}

static struct json *
load(const char *path)
{
	struct buf text = { 0 };
	FILE *file = fopen(path, "r");
	struct json *root;
	struct err err;
	int c;

	while (file != NULL && (c = getc(file)) != EOF)
		buf_putc(&text, (char)c);
	if (file != NULL)
		fclose(file);
	root = json_parse(buf_text(&text), text.len, path, &err);
	buf_clear(&text);
	if (root == NULL)
		die(&err);

	return root;
}

static void
read_fleet(const char *path, const char *home, const struct policy *policy,
    struct buf *out)
{
	struct json *root = load(path);
	struct fleet fleet;
	struct err err;

	if (fleet_read(&fleet, root, policy, home, path, &err) == -1)
		die(&err);
	fleet_write(&fleet, out);
	fleet_clear(&fleet);
	json_free(root);
}

int
main(int argc, char *argv[])
{
	const char *home = "/home/me";
	struct json *root = NULL;
	struct policy policy;
	struct buf out = { 0 };
	struct err err;
	int ch;

	while ((ch = getopt(argc, argv, "h:")) != -1)
		if (ch == 'h')
			home = *optarg == '\0' ? NULL : optarg;
	if (optind == argc)
		return EX_USAGE;
	if (strcmp(argv[optind], "-") != 0)
		root = load(argv[optind]);
	if (policy_read(&policy, root, argv[optind], &err) == -1)
		die(&err);
	if (optind + 1 < argc)
		read_fleet(argv[optind + 1], home, &policy, &out);
	else
		policy_write(&policy, NULL, &out);
	puts(buf_text(&out));
	buf_clear(&out);
	policy_clear(&policy);
	json_free(root);

	return 0;
}
