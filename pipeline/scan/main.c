/*
 * hermes-scan - find git checkouts and list them as a fleet
 *
 * Reads folders only, follows no link, executes nothing. What it prints is
 * hermes-fleet(5) with every default left out. See hermes-scan(1).
 */
#include "json/doc.h"
#include "json/jw.h"
#include "keys.h"
#include "stage/stage.h"
#include "walk.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
walk_arguments(struct walk *walk, char *const folders[], struct err *err)
{
	for (; *folders != NULL; folders++)
		if (walk_folder(walk, *folders, err) == -1)
			return -1;

	return 0;
}

static int
walk_line(struct walk *walk, char *line, size_t len, struct err *err)
{
	if (memchr(line, '\0', len) != NULL)
		return err_set(err, EX_DATAERR,
		    "stdin: expected a path a line, found a NUL");
	if (len > 0 && line[len - 1] == '\n')
		line[--len] = '\0';

	return len == 0 ? 0 : walk_folder(walk, line, err);
}

static int
walk_stdin(struct walk *walk, struct err *err)
{
	char *line = NULL;
	size_t cap = 0, count = 0;
	ssize_t len;
	int rc = 0;

	for (; rc == 0 && (len = getline(&line, &cap, stdin)) != -1; count++)
		rc = walk_line(walk, line, (size_t)len, err);
	free(line);
	if (rc == -1)
		return -1;
	if (ferror(stdin))
		return err_sys(err, EX_IOERR, "stdin");
	if (count == 0)
		return err_set(err, EX_DATAERR,
		    "stdin: empty: did the stage before fail?");

	return 0;
}

/* A line a repository: the next reader is a person with an editor. */
static void
fleet_put(const struct walk *walk, struct doc *doc)
{
	struct buf text = { 0 };
	struct jw jw;
	size_t i;

	doc_new(doc, "hermes.fleet/1");
	buf_putc(&text, '[');
	for (i = 0; i < walk->count; i++) {
		buf_puts(&text, i == 0 ? "\n" : ",\n");
		jw_init(&jw, &text);
		jw_object(&jw, NULL);
		jw_text(&jw, "repo_key", walk->found[i].repo_key);
		jw_text(&jw, "path", walk->found[i].path);
		jw_end(&jw);
	}
	buf_putc(&text, ']');
	doc_put(doc, "repos", &text);
}

int
main(int argc, char *argv[])
{
	struct walk walk = { .depth = 4 };
	struct doc doc = { 0 };
	struct err err;
	size_t i;
	int ch;

	stage_begin(argc, argv, "hermes-scan [-d DEPTH] [DIR ...]");
	while ((ch = getopt(argc, argv, "d:")) != -1)
		switch (ch) {
		case 'd':
			walk.depth =
			    (int)stage_number('d', optarg, 0, WALK_DEPTH_MAX);
			break;
		default:
			stage_usage();
		}

	if ((optind < argc ? walk_arguments(&walk, argv + optind, &err)
			   : walk_stdin(&walk, &err)) == -1)
		stage_die(&err);
	keys_set(&walk);
	fleet_put(&walk, &doc);
	if (doc_write(&doc, stdout, &err) == -1)
		stage_die(&err);
	list_sort(&walk.skipped);
	for (i = 0; i < walk.skipped.count; i++)
		stage_note(walk.skipped.items[i]);
	doc_clear(&doc);
	walk_clear(&walk);

	return 0;
}
