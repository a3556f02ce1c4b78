/*
 * ref - one reference, read from its file
 *
 * Loose before packed, symbolic ones followed five deep, as git does; no
 * libgit2, nothing opened but the files themselves. `git_dir` holds HEAD and
 * the other per-worktree names, `common_dir` the rest.
 */
#ifndef GIT_REF_H
#define GIT_REF_H

#include "git/lib.h"
#include <stdbool.h>

struct ref_dirs {
	const char *git_dir;    /* borrowed */
	const char *common_dir; /* borrowed; git_dir where not linked */
};

enum ref_found {
	REF_ABSENT,   /* no such ref, nor a name that could be one */
	REF_OID,      /* `oid` is set */
	REF_SYMBOLIC, /* ref_parse() alone: the name of another */
	REF_BROKEN    /* there, but neither an id nor a symbolic ref */
};

#define REF_FILE_MAX 4096 /* bytes; a longer one is broken */

/* What the bytes of a ref's file say: `oid`, or the other name in *next, the
 * caller's to free. */
enum ref_found ref_parse(const char *text, char oid[OID_SIZE], char **next);

/*
 * The id behind `name` ("HEAD", "refs/heads/main"). Where `target` is given
 * it becomes the name of the last ref on the way, the caller's to free, even
 * where that is absent (an unborn branch).
 */
enum ref_found ref_read(const struct ref_dirs *dirs, const char *name,
    char oid[OID_SIZE], char **target);

/* Does any ref stand below refs/? An empty repository has none. */
bool ref_any(const struct ref_dirs *dirs);

/* May `name` stand below refs/ (git-check-ref-format's rules)? */
bool ref_valid(const char *name);

#endif
