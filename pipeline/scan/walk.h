/*
 * walk - the git checkouts below a folder, found by lstat alone
 *
 * A checkout is a folder with a `.git` that is a folder or a file, or a bare
 * repository (HEAD, objects, refs). Nothing is opened but folders, no link is
 * followed, nothing is executed.
 *
 *   C1  what is found is not walked into: submodules and nested checkouts
 *       are their owner's
 *   C2  a path is found once, however often the folders overlap
 *   C3  a path that a fleet cannot hold (not UTF-8, control characters) is
 *       left out and listed in `skipped`, as is what cannot be opened
 */
#ifndef SCAN_WALK_H
#define SCAN_WALK_H

#include "base/err.h"
#include "base/list.h"
#include "base/map.h"
#include <stddef.h>

#define WALK_DEPTH_MAX 64

struct checkout {
	char *path;        /* owned; absolute, no link in it */
	const char *below; /* in `path`: what is behind the folder asked for */
	size_t folder;     /* which folder that was, from 0 */
	char *repo_key;    /* owned; keys.h sets it */
};

struct walk {
	int depth;              /* levels below a folder; 0: only itself */
	struct checkout *found; /* owned; in no order */
	size_t count, cap;
	size_t folder_count;
	struct list skipped; /* "PATH: reason", to be shown */
	struct map by_path;
};

/* Walk one folder. EX_DATAERR where it is none. */
int walk_folder(struct walk *walk, const char *folder, struct err *err);

void walk_clear(struct walk *walk);

#endif
