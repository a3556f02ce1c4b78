#include "files.h"
#include "base/alloc.h"
#include "base/map.h"
#include "bytes.h"
#include "folder.h"
#include "git/blob.h"
#include "git/index.h"
#include "git/indexfile.h"
#include "mirror.h"
#include "newindex.h"
#include "sync.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FILES "files"
#define TICK_MS 20 /* longer than any file system's times stand still */
#define ASKED "own/asked"
#define LOOK "git/look"         /* the same, without marks */
#define UNMARKED "git/unmarked" /* in the repository that git is asked in */

/* Found to be edited once some file is not what the index knows. */
struct edits {
	struct list paths;
	struct map by_path;
	bool asked;
};

/* What git calls changed: by a fresh look at the user's index, in which no
 * entry is marked as one that git need not look at. */
static int
ask_git(struct apply *apply, struct edits *edits)
{
	char *kept = bytes_path(apply, ASKED), *file = bytes_path(apply, LOOK);
	struct err err;
	size_t i;
	int rc;

	edits->asked = true;
	rc = newindex_copy(apply, ASKED, &err);
	if (rc == 0)
		rc = indexfile_copy(kept, file, &err);
	if (rc == 0)
		rc = content_refresh(&apply->content, file, &err);
	if (rc == 0)
		rc = content_edited(&apply->content, file, &edits->paths, &err);
	for (i = 0; i < edits->paths.count; i++)
		map_put(&edits->by_path, edits->paths.items[i], edits);
	free(file);
	free(kept);

	return rc == -1 ? apply_fail(apply, &err) : 0;
}

static int
look_at_unknown(struct apply *apply, const struct op *op, struct edits *edits)
{
	if (!edits->asked && ask_git(apply, edits) == -1)
		return -1;
	if (map_get(&edits->by_path, op->path) == NULL)
		return 0;

	return apply_stop(apply, VERDICT_REFUSED, apply_moved_code(apply),
	    "%s: has been changed", op->path);
}

/*
 * What git has found to be clean is what was read: nobody wrote to it before,
 * between or behind, nor so lately that a clock would not tell.
 */
static int
check_read(struct apply *apply, const struct op *op, int folder,
    const char *name)
{
	struct timespec now;
	struct stat st;
	int64_t age_ms;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    clock_gettime(CLOCK_REALTIME_COARSE, &now) == -1)
		return apply_fail_sys(apply, op->path);
	age_ms = (int64_t)(now.tv_sec - st.st_ctim.tv_sec) * 1000 +
		 (now.tv_nsec - st.st_ctim.tv_nsec) / 1000000;
	if (op_untouched(op, &st) && (age_ms >= TICK_MS || age_ms <= -TICK_MS))
		return 0;

	return apply_stop(apply, VERDICT_REFUSED, apply_moved_code(apply),
	    "%s: has been changed", op->path);
}

/* O4: the bytes are read where git may have converted them. */
static int
take_old(struct apply *apply, struct op *op)
{
	const char *name;
	struct err err;
	int fd, rc;

	op->old_mode = blob_mode(&op->old);
	memcpy(op->old_oid, op->change->old_oid, OID_SIZE);
	if (!apply->converts || op->old_mode == TARGET_SYMLINK)
		return 0;
	fd = folder_parent(apply->tree_fd, op->path, &name);
	if (fd == -1)
		return apply_fail_sys(apply, op->path);
	rc = blob_of(fd, name, op->old_oid, &op->old_mode, &err);
	rc = rc == -1 ? apply_fail(apply, &err)
		      : check_read(apply, op, fd, name);
	close(fd);

	return rc;
}

int
files_look(struct apply *apply)
{
	struct edits edits = { 0 };
	struct op *op;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < apply->ops.count; i++) {
		op = &apply->ops.list[i];
		if (op->kind != OP_DELETE && op->kind != OP_CHANGE)
			continue;
		if (!index_knows(op->change, &op->old))
			rc = look_at_unknown(apply, op, &edits);
		if (rc == 0)
			rc = take_old(apply, op);
	}
	map_clear(&edits.by_path);
	list_clear(&edits.paths);

	return rc;
}

static bool
is_new(const struct op *op)
{
	return op->kind == OP_ADD || op->kind == OP_CHANGE;
}

/* Folders that were made already, by path. */
struct made {
	struct list paths;
	struct map by_path;
};

/* One of the worktree's; 0 where it has none there. */
static int
mirror_one(struct apply *apply, struct made *made, const char *path)
{
	char *name;
	int like, rc;

	if (map_get(&made->by_path, path) != NULL)
		return 1;
	like = folder_open(apply->tree_fd, path);
	if (like == -1)
		return 0;
	name = xasprintf(FILES "/%s", path);
	rc = mirror_folder(like, apply->token_fd, name);
	if (rc == -1)
		apply_fail_sys(apply, path);
	close(like);
	free(name);
	list_add(&made->paths, path);
	map_put(&made->by_path, made->paths.items[made->paths.count - 1], made);

	return rc == -1 ? -1 : 1;
}

/* Those above `path`, the highest first, as far as they are there. */
static int
mirror_above(struct apply *apply, struct made *made, const char *path)
{
	char *folder = xstrdup(path), *slash;
	int rc = 1;

	for (slash = strchr(folder, '/'); rc == 1 && slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		rc = mirror_one(apply, made, folder);
		*slash = '/';
	}
	free(folder);

	return rc == -1 ? -1 : 0;
}

static int
mirror_folders(struct apply *apply)
{
	struct made made = { 0 };
	size_t i;
	int rc = 0;

	if (mirror_folder(apply->tree_fd, apply->token_fd, FILES) == -1)
		return apply_fail_sys(apply, FILES);
	for (i = 0; rc == 0 && i < apply->ops.count; i++)
		if (is_new(&apply->ops.list[i]))
			rc =
			    mirror_above(apply, &made, apply->ops.list[i].path);
	map_clear(&made.by_path);
	list_clear(&made.paths);

	return rc;
}

/* git makes no file of an entry that is marked skip-worktree, but in a merge;
 * then the caller's is a copy without marks. */
static char *
find_index(struct apply *apply)
{
	char *index = bytes_path(apply, NEWINDEX_NAME), *copy;
	struct err err;

	if (!apply->place.index.skip_worktree)
		return index;
	copy = bytes_path(apply, UNMARKED);
	if (indexfile_copy(index, copy, &err) == -1) {
		apply_fail(apply, &err);
		free(copy);
		copy = NULL;
	}
	free(index);

	return copy;
}

/* git makes them all in one go. */
static int
write_files(struct apply *apply)
{
	char *index = find_index(apply);
	char *folder = bytes_path(apply, FILES), *held = NULL;
	struct buf paths = { 0 };
	struct err err;
	size_t i;
	int rc;

	if (index == NULL) {
		free(folder);
		return -1;
	}
	for (i = 0; i < apply->ops.count; i++)
		if (is_new(&apply->ops.list[i]))
			buf_add(&paths, apply->ops.list[i].path,
			    strlen(apply->ops.list[i].path) + 1);
	rc = content_needs_filter(&apply->content, index, &paths, &held, &err);
	if (rc == 0 && held != NULL)
		rc = apply_stop(apply, VERDICT_REFUSED, "needs-filter",
		    "%s: its filter is one of the checkout's own configuration",
		    held);
	else if (rc == -1 || content_write(&apply->content, index, folder,
				 &paths, &err) == -1)
		rc = bytes_fail(apply, &err);
	buf_clear(&paths);
	free(held);
	free(folder);
	free(index);

	return rc;
}

/* To its own name; O4. */
static int
take_new(struct apply *apply, size_t i)
{
	struct op *op = &apply->ops.list[i];
	char *made = xasprintf(FILES "/%s", op->path);
	char name[OP_NAME_SIZE];
	struct stat st;
	struct err err;
	int rc;

	op_name(name, 'n', i);
	rc = renameat(apply->token_fd, made, apply->token_fd, name);
	free(made);
	if (rc == -1 ||
	    fstatat(apply->token_fd, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return apply_fail_sys(apply, op->path);
	op->inode = st.st_ino;
	op->new_mode = blob_mode(&st);
	memcpy(op->new_oid, op->change->new_oid, OID_SIZE);
	if (apply->converts && blob_of(apply->token_fd, name, op->new_oid,
				   &op->new_mode, &err) == -1)
		return apply_fail(apply, &err);

	return 0;
}

int
files_prepare(struct apply *apply)
{
	size_t i;

	if (mirror_folders(apply) == -1 || write_files(apply) == -1)
		return -1;
	for (i = 0; i < apply->ops.count; i++)
		if (is_new(&apply->ops.list[i]) && take_new(apply, i) == -1)
			return -1;

	return sync_files(apply);
}
