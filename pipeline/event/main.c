/*
 * hermes-event - say one thing to the ledger by hand
 *
 * Writes a document with one event; reads nothing. What it says counts once
 * hermes-ledger has it. See hermes-event(1).
 */
#include "base/alloc.h"
#include "model/cycle.h"
#include "stage/cycle.h"
#include "stage/stage.h"
#include "word.h"
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

struct options {
	const char *cycle;   /* borrowed from argv; NULL: a new one */
	const char *real_at; /* borrowed from argv; NULL: the clock */
	struct word word;
};

static char *
author(void)
{
	const struct passwd *user = getpwuid(getuid());

	return user != NULL ? xstrdup(user->pw_name)
			    : xasprintf("%ju", (uintmax_t)getuid());
}

static int
run(struct doc *doc, const struct options *opts, struct err *err)
{
	if (opts->cycle != NULL && !cycle_id_valid(opts->cycle))
		return err_set(err, EX_USAGE,
		    "-c: expected a cycle id, found \"%.80s\"", opts->cycle);
	doc_new(doc, "hermes.cycle/1");
	if (stage_cycle(doc, opts->real_at, opts->cycle, err) == -1)
		return -1;
	return word_add(doc, &opts->word, err);
}

int
main(int argc, char *argv[])
{
	struct options opts = { 0 };
	struct doc doc = { 0 };
	struct err err;
	char *name;
	int ch;

	stage_begin(argc, argv,
	    "hermes-event [-c CYCLE] [-f STAGE] [-g GROUP] [-H HOST] [-k "
	    "TOKEN] "
	    "[-n STATUS] [-o OID] [-r REPO] [-t INSTANT] [-w WHY] "
	    "[-x EXPIRY] TYPE");
	while ((ch = getopt(argc, argv, "c:f:g:H:k:n:o:r:t:w:x:")) != -1)
		switch (ch) {
		case 'c':
			opts.cycle = optarg;
			break;
		case 't':
			opts.real_at = optarg;
			break;
		case '?':
			stage_usage();
		default:
			opts.word.given[ch] = optarg;
		}
	if (optind + 1 != argc)
		stage_usage();

	name = author();
	opts.word.author = name;
	opts.word.name = argv[optind];
	if (run(&doc, &opts, &err) == -1 || doc_write(&doc, stdout, &err) == -1)
		stage_die(&err);
	doc_clear(&doc);
	free(name);

	return 0;
}
