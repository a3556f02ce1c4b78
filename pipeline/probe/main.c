/*
 * hermes-probe - look at every repository of a fleet, and open a cycle
 *
 * Reads a fleet document and writes a cycle's: "cycle", "policy", "fleet",
 * "memory" and "probe". Looks at the checkouts without changing a byte of
 * them; what they lack is fetched beside them, and only where -s or -a says
 * where. See hermes-probe(1).
 */
#include "circles.h"
#include "json/doc.h"
#include "open.h"
#include "plumbing/version.h"
#include "stage/stage.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct arguments {
	struct probe_options probe;
	const char *state, *memory; /* borrowed from argv */
	bool check;                 /* the configuration, no more */
	bool verbose;
};

static void
read_arguments(struct arguments *args, int argc, char *argv[])
{
	int ch;

	while ((ch = getopt(argc, argv, "a:cf:m:p:s:t:v")) != -1)
		switch (ch) {
		case 'a':
			args->probe.staging = optarg;
			break;
		case 'c':
			args->check = true;
			break;
		case 'f':
			args->probe.fleet_path = optarg;
			break;
		case 'm':
			args->memory = optarg;
			break;
		case 'p':
			args->probe.policy_path = optarg;
			break;
		case 's':
			args->state = optarg;
			break;
		case 't':
			args->probe.real_at = optarg;
			break;
		case 'v':
			args->verbose = true;
			break;
		default:
			stage_usage();
		}
	if (optind != argc || (args->state && args->memory))
		stage_usage();
}

/* A cycle that was probed before is opened anew; a fleet opens one. */
static int
begin(struct doc *doc, struct doc *in, struct err *err)
{
	const char *schema = json_text(doc_get(in, "schema"));

	if (strcmp(schema, "hermes.cycle/1") != 0) {
		doc_new(doc, "hermes.cycle/1");
		return 0;
	}
	*doc = *in;
	*in = (struct doc){ 0 };

	return doc_begin(doc, "probe", err);
}

static int
open_state(struct arguments *args, struct state *state, struct err *err)
{
	if (args->state) {
		if (stage_state(state, args->state, err) == -1)
			return -1;
		args->probe.state = args->probe.memory = state;
	} else if (args->memory) {
		if (state_open(state, args->memory, false, err) == -1)
			return -1;
		args->probe.memory = state;
	}

	return 0;
}

/* A line on stderr for each repository. */
static void
print(struct doc *doc)
{
	const struct json *row;

	row = json_first(json_get(doc_get(doc, "probe"), "repos"));
	for (; row; row = json_next(row)) {
		stage_tell("", json_get_text(row, "repo_key"));
		stage_tell(": ", json_get_text(row, "reason"));
		stage_tell(": ", json_get_text(row, "detail"));
		fputc('\n', stderr);
	}
}

/* Which git there is; one that will not do ends it. */
static void
tell_git(void)
{
	char version[VERSION_SIZE];
	struct err err;

	if (version_find(version, &err) == -1)
		stage_die(&err);
	printf("git version %s, " VERSION_LEAST " or later is needed\n",
	    version);
}

int
main(int argc, char *argv[])
{
	struct arguments args = { 0 };
	struct state state = STATE_INIT;
	struct doc in = { 0 }, doc = { 0 };
	struct policy policy = { 0 };
	struct fleet fleet = { 0 };
	struct keys keys = { 0 };
	size_t circles = 0;
	struct err err;

	stage_begin(argc, argv,
	    "hermes-probe [-cv] [-a DIR] [-f FLEET] [-m STATE | -s STATE] "
	    "[-p POLICY] [-t INSTANT]");
	read_arguments(&args, argc, argv);
	if (isatty(STDERR_FILENO))
		args.probe.watched = stderr;
	if (open_document(&in, &args.probe, &err) == -1 ||
	    open_config(&in, &args.probe, &policy, &fleet, &keys, &err) == -1)
		stage_die(&err);
	if (args.check) {
		tell_git();
		circles = circles_tell(&fleet, in.place, stage_note);
	}
	if (!args.check && (begin(&doc, &in, &err) == -1 ||
			       open_state(&args, &state, &err) == -1 ||
			       open_cycle(&doc, &args.probe, &policy, &fleet,
				   &keys, &err) == -1 ||
			       doc_write(&doc, stdout, &err) == -1))
		stage_die(&err);
	if (args.verbose)
		print(&doc);
	state_close(&state);
	keys_clear(&keys);
	fleet_clear(&fleet);
	policy_clear(&policy);
	doc_clear(&doc);
	doc_clear(&in);

	return circles > 0 ? 1 : 0;
}
