#include "git/index.h"
#include "base/alloc.h"
#include "git/target_in.h"
#include <string.h>

int
index_staged(struct target *target, enum target_side side, char **path,
    struct err *err)
{
	git_diff_options options;
	git_index *index = NULL;
	git_diff *diff = NULL;
	const git_diff_delta *delta;
	int failed;

	*path = NULL;
	git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
	options.flags = GIT_DIFF_INCLUDE_TYPECHANGE;
	failed = git_repository_index(&index, target->repo) < 0 ||
		 git_index_read(index, 1) < 0 ||
		 git_diff_tree_to_index(&diff, target->repo, target->tree[side],
		     index, &options) < 0;
	if (!failed && git_diff_num_deltas(diff) > 0) {
		delta = git_diff_get_delta(diff, 0);
		*path = xstrdup(delta->new_file.path);
	}
	git_diff_free(diff);
	git_index_free(index);
	if (failed)
		return lg_err(err, EX_DATAERR, "%s/index", target->git_dir);

	return 0;
}

static void
entry_stat(git_index_entry *entry, const struct stat *st)
{
	entry->ctime.seconds = (int32_t)st->st_ctim.tv_sec;
	entry->ctime.nanoseconds = (uint32_t)st->st_ctim.tv_nsec;
	entry->mtime.seconds = (int32_t)st->st_mtim.tv_sec;
	entry->mtime.nanoseconds = (uint32_t)st->st_mtim.tv_nsec;
	entry->dev = (uint32_t)st->st_dev;
	entry->ino = (uint32_t)st->st_ino;
	entry->uid = st->st_uid;
	entry->gid = st->st_gid;
	entry->file_size = (uint32_t)st->st_size;
}

static int
add_entry(git_index *index, const struct target_change *change,
    const struct stat *st, struct err *err)
{
	const git_index_entry *old =
	    git_index_get_bypath(index, change->path, 0);
	git_index_entry entry = { 0 };

	if (old != NULL) { /* assume-unchanged and the like */
		entry.flags = old->flags & GIT_INDEX_ENTRY_VALID;
		entry.flags_extended = old->flags_extended;
	}
	entry.path = change->path;
	entry.mode = change->new_mode;
	if (lg_oid(&entry.id, change->new_oid, err) == -1)
		return -1;
	if (st->st_ino != 0 && change->new_mode != TARGET_GITLINK)
		entry_stat(&entry, st);
	if (git_index_add(index, &entry) < 0)
		return lg_err(err, EX_DATAERR, "%s", change->path);

	return 0;
}

static int
change_entries(git_index *index, const struct target_changes *changes,
    const struct stat *stats, struct err *err)
{
	size_t i;

	for (i = 0; i < changes->count; i++)
		if (changes->list[i].new_mode == TARGET_ABSENT)
			git_index_remove(index, changes->list[i].path, 0);
	for (i = 0; i < changes->count; i++)
		if (changes->list[i].new_mode != TARGET_ABSENT &&
		    add_entry(index, &changes->list[i], &stats[i], err) == -1)
			return -1;

	return 0;
}

static int
smudge_racy(git_index *index, const struct stat *old, struct err *err)
{
	const git_index_entry *at;
	git_index_entry entry;
	size_t i, count = git_index_entrycount(index);

	for (i = 0; i < count; i++) {
		at = git_index_get_byindex(index, i);
		if (at->mtime.seconds < (int32_t)old->st_mtim.tv_sec ||
		    at->file_size == 0 || at->mode == TARGET_GITLINK)
			continue;
		entry = *at;
		entry.file_size = 0;
		if (git_index_add(index, &entry) < 0)
			return lg_err(err, EX_DATAERR, "%s", at->path);
	}

	return 0;
}

int
index_change(const char *file, const struct stat *old,
    const struct target_changes *changes, const struct stat *stats,
    struct err *err)
{
	git_index *index = NULL;
	int rc = 0;

	if (git_index_open(&index, file) < 0)
		return lg_err(err, EX_DATAERR, "%s", file);
	if (old != NULL)
		rc = smudge_racy(index, old, err);
	if (rc == 0)
		rc = change_entries(index, changes, stats, err);
	if (rc == 0 && git_index_write(index) < 0)
		rc = lg_err(err, EX_IOERR, "%s", file);
	git_index_free(index);

	return rc;
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev &&
	       a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

int
index_moved(const char *file, const struct target_changes *changes,
    const struct stat *stats, const struct stat *now, struct err *err)
{
	git_index *index = NULL;
	size_t i;
	int rc = 0;

	if (git_index_open(&index, file) < 0)
		return lg_err(err, EX_DATAERR, "%s", file);
	for (i = 0; rc == 0 && i < changes->count; i++)
		if (changes->list[i].new_mode != TARGET_ABSENT &&
		    same_file(&stats[i], &now[i]))
			rc = add_entry(index, &changes->list[i], &now[i], err);
	if (rc == 0 && git_index_write(index) < 0)
		rc = lg_err(err, EX_IOERR, "%s", file);
	git_index_free(index);

	return rc;
}
