#include "base/alloc.h"
#include "git/names.h"
#include "git/target_in.h"
#include <stdlib.h>
#include <string.h>

#define OLD_MODE 0100664 /* of old gits, for 0100644; git takes it so */

static bool
mode_of(unsigned raw, unsigned *out)
{
	switch (raw) {
	case OLD_MODE:
	case GIT_FILEMODE_BLOB:
	case GIT_FILEMODE_BLOB_EXECUTABLE:
	case GIT_FILEMODE_LINK:
	case GIT_FILEMODE_COMMIT:
		*out = raw == OLD_MODE ? TARGET_FILE : raw;
		return true;
	default:
		return false;
	}
}

static struct target_change *
add_change(struct target_changes *out, const char *path)
{
	struct target_change *change;

	out->list =
	    xgrow(out->list, out->count, &out->cap, sizeof(out->list[0]));
	change = &out->list[out->count++];
	*change = (struct target_change){ .path = xstrdup(path) };

	return change;
}

static bool
side_of(const git_diff_file *file, bool there, char oid[OID_SIZE],
    unsigned *mode)
{
	if (!there)
		return true;
	lg_hex(oid, &file->id);

	return mode_of(file->mode, mode);
}

static int
add_delta(struct target_changes *out, const git_diff_delta *delta,
    struct err *err)
{
	const char *path = delta->new_file.path;
	struct target_change *change = add_change(out, path);

	if (!names_path_safe(path))
		return err_set(err, EX_DATAERR,
		    "%s: a path that no "
		    "checkout may hold",
		    path);
	if (!side_of(&delta->old_file, delta->status != GIT_DELTA_ADDED,
		change->old_oid, &change->old_mode) ||
	    !side_of(&delta->new_file, delta->status != GIT_DELTA_DELETED,
		change->new_oid, &change->new_mode))
		return err_set(err, EX_DATAERR,
		    "%s: mode %06o, which no checkout may hold", path,
		    delta->new_file.mode);

	return 0;
}

/* A deleted path sorts before what replaces it: "a" before "a/b". */
static int
by_path(const void *one, const void *two)
{
	const struct target_change *a = one, *b = two;
	int order = strcmp(a->path, b->path);

	if (order != 0)
		return order;

	return (a->new_mode != 0) - (b->new_mode != 0);
}

/* libgit2 walks both trees abreast: in one that is not in order it finds the
 * same path gone, and new. */
static int
check_order(struct target_changes *out, struct err *err)
{
	size_t i;

	for (i = 1; i < out->count; i++)
		if (strcmp(out->list[i - 1].path, out->list[i].path) == 0)
			return err_set(err, EX_DATAERR,
			    "%s: its tree is not in order", out->list[i].path);

	return 0;
}

static int
diff_trees(struct target *target, git_tree *old, struct target_changes *out,
    struct err *err)
{
	git_diff_options options;
	git_diff *diff = NULL;
	size_t i;
	int rc = 0;

	*out = (struct target_changes){ 0 };
	git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
	options.flags = GIT_DIFF_INCLUDE_TYPECHANGE;
	options.ignore_submodules = GIT_SUBMODULE_IGNORE_NONE;
	if (git_diff_tree_to_tree(&diff, target->repo, old,
		target->tree[TARGET_AFTER], &options) < 0)
		return lg_err(err, EX_DATAERR, "%s", target->git_dir);
	for (i = 0; rc == 0 && i < git_diff_num_deltas(diff); i++)
		rc = add_delta(out, git_diff_get_delta(diff, i), err);
	git_diff_free(diff);
	if (rc == 0 && out->count > 0)
		qsort(out->list, out->count, sizeof(out->list[0]), by_path);
	if (rc == 0)
		rc = check_order(out, err);
	if (rc == -1)
		target_changes_clear(out);

	return rc;
}

int
target_diff(struct target *target, struct target_changes *out, struct err *err)
{
	return diff_trees(target, target->tree[TARGET_BEFORE], out, err);
}

int
target_tree(struct target *target, struct target_changes *out, struct err *err)
{
	return diff_trees(target, NULL, out, err);
}

void
target_changes_clear(struct target_changes *changes)
{
	size_t i;

	for (i = 0; i < changes->count; i++)
		free(changes->list[i].path);
	free(changes->list);
	*changes = (struct target_changes){ 0 };
}
