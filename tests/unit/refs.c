/*
 * refs - lib/git/refs.h, refspec.h and shared.h by hand
 *
 *   refs move DIR NAME FROM TO   compare and swap in the repository at DIR;
 *                                "-": none. Says moved, changed, locked,
 *                                conflict, or the error
 *   refs drop DIR NAME...        out of packed-refs
 *   refs map REF LINE...         where the lines put REF, "+" before it where
 *                                by force
 *   refs mode VALUE MODE         core.sharedRepository's word on an octal mode
 */
#include "git/refs.h"
#include "git/lib.h"
#include "git/shared.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const words[] = { "moved", "changed", "locked", "conflict" };

static const char *
oid(const char *text)
{
	return strcmp(text, "-") == 0 ? NULL : text;
}

static int
say(int rc, enum refs_moved moved, const struct err *err)
{
	puts(rc == -1 ? err->text : words[moved]);

	return rc == -1 ? 1 : 0;
}

static int
change(char **argv, int count)
{
	struct target *target;
	enum refs_moved moved = REFS_MOVED;
	struct err err;
	int rc;

	if (git_start(&err) == -1 || target_open(&target, argv[2], &err) == -1)
		return say(-1, moved, &err);
	if (strcmp(argv[1], "drop") == 0)
		rc = ref_drop_packed(refs_store(target),
		    (const char *const *)argv + 3, (size_t)count - 3, &moved,
		    &err);
	else
		rc = refs_move(target, argv[3], oid(argv[4]), oid(argv[5]),
		    "by hand", &moved, &err);
	target_free(target);

	return say(rc, moved, &err);
}

static int
map(char **argv)
{
	struct refspec_dsts dsts = { 0 };
	struct list lines = { 0 };
	char **line;
	size_t i;

	for (line = argv + 3; *line != NULL; line++)
		list_add(&lines, *line);
	refspec_map(&dsts, &lines, argv[2]);
	for (i = 0; i < dsts.count; i++)
		printf("%s%s\n", dsts.list[i].force ? "+" : "",
		    dsts.list[i].name);
	refspec_clear(&dsts);
	list_clear(&lines);

	return 0;
}

int
main(int argc, char *argv[])
{
	if (argc > 3 && strcmp(argv[1], "map") == 0)
		return map(argv);
	if (argc == 4 && strcmp(argv[1], "mode") == 0) {
		printf("%o\n", (unsigned)shared_mode(shared_parse(argv[2]),
				   (mode_t)strtol(argv[3], NULL, 8)));
		return 0;
	}
	if (argc > 3)
		return change(argv, argc);

	return EX_USAGE;
}
