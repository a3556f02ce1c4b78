/*
 * scratch - a repository of ours for git to work in
 *
 * A git dir with nothing of its own: objects by alternates, settings and
 * attributes as it is told, no refs, no hooks, and an empty folder "none" for
 * a worktree. What git finds there is what Hermes wrote there (W4).
 */
#ifndef PLUMBING_SCRATCH_H
#define PLUMBING_SCRATCH_H

#include "base/err.h"
#include "base/list.h"

struct scratch {
	const struct list *objects;  /* borrowed; absolute, of object folders */
	const struct list *settings; /* borrowed; "KEY\nVALUE"; or NULL */
	const char *attributes; /* borrowed; text of info/attributes; or NULL */
};

/* Make it at `path`; what is there already is written again. EX_IOERR. */
int scratch_make(const char *path, const struct scratch *scratch,
    struct err *err);

/* More of it: a folder (there already is fine), a file (written again).
 * EX_IOERR. */
int scratch_folder(const char *path, const char *name, struct err *err);
int scratch_write(const char *path, const char *name, const char *text,
    struct err *err);

/* What objects/info/alternates holds for these. The caller's. */
char *scratch_alternates(const struct list *objects);

/* Remove it and all in it; nothing there is fine. */
void scratch_remove(const char *path);

#endif
