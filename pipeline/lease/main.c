/*
 * hermes-lease - reserve the queued repositories for one holder
 *
 * Adds "lease" to the document, with -r "release". Without -s it looks at
 * nothing but the document and grants token 0, which nobody obeys. See
 * hermes-lease(1).
 */
#include "json/doc.h"
#include "release.h"
#include "reserve.h"
#include "stage/stage.h"
#include "world.h"
#include <stdint.h>
#include <unistd.h>

struct options {
	const char *state; /* borrowed from argv; NULL: a dry run */
	pid_t holder;      /* 0: the parent */
	bool release;
};

static int
dry_run(struct doc *doc, const struct options *opts, struct err *err)
{
	struct world world = { 0 };
	struct buf waiting = { 0 };
	int rc = 0;

	if (opts->release) {
		world.dry = true;
		release_add(doc, &world);
	} else if ((rc = world_of_document(&world, doc, err)) == 0)
		rc = reserve_add(doc, &world, &waiting, err);
	world_clear(&world);
	buf_clear(&waiting);

	return rc;
}

static int
reserve(struct doc *doc, struct world *world, const struct state *state,
    struct buf *waiting, struct err *err)
{
	if (world_fresh(world, doc, reserve_ttl_ms(doc), err) == -1 ||
	    world_judge(world, doc, state, err) == -1 ||
	    reserve_add(doc, world, waiting, err) == -1)
		return -1;
	reserve_sweep(doc, world);

	return 0;
}

static int
real_run(struct doc *doc, const struct options *opts, struct err *err)
{
	struct state state = STATE_INIT;
	struct world world = { 0 };
	struct buf waiting = { 0 };
	int rc;

	rc = stage_state(&state, opts->state, err);
	if (rc == 0)
		rc = world_of_state(&world, &state, opts->holder, err);
	if (rc == 0 && opts->release) {
		release_add(doc, &world);
		reserve_waiting(&world, &waiting);
	} else if (rc == 0)
		rc = reserve(doc, &world, &state, &waiting, err);
	if (rc == 0)
		rc = world_keep(&world, &state, &waiting, err);
	world_clear(&world);
	buf_clear(&waiting);
	state_close(&state);

	return rc;
}

static int
run(struct doc *doc, const struct options *opts, struct err *err)
{
	if (doc_begin(doc, opts->release ? "release" : "lease", err) == -1)
		return -1;
	if (opts->release ? release_check(doc, err) : reserve_check(doc, err))
		return -1;

	return opts->state ? real_run(doc, opts, err) : dry_run(doc, opts, err);
}

int
main(int argc, char *argv[])
{
	struct options opts = { 0 };
	struct doc doc = { 0 };
	struct err err;
	int ch;

	stage_begin(argc, argv, "hermes-lease [-r] [-o PID] [-s STATE]");
	while ((ch = getopt(argc, argv, "o:rs:")) != -1)
		switch (ch) {
		case 'o':
			opts.holder =
			    (pid_t)stage_number('o', optarg, 1, INT32_MAX);
			break;
		case 'r':
			opts.release = true;
			break;
		case 's':
			opts.state = optarg; /* borrowed from argv */
			break;
		default:
			stage_usage();
		}
	if (optind != argc)
		stage_usage();

	if (doc_read(&doc, stdin, "stdin", &err) == -1 ||
	    run(&doc, &opts, &err) == -1 || doc_write(&doc, stdout, &err) == -1)
		stage_die(&err);
	doc_clear(&doc);

	return 0;
}
