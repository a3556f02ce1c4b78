#include "undo.h"
#include "base/alloc.h"
#include "folder.h"
#include "git/blob.h"
#include "git/refs.h"
#include "sync.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LOCK_WAITS 50
#define LOCK_WAIT_NS 100000000L

void
paths_add(struct paths *paths, const char *path)
{
	paths->list =
	    xgrow(paths->list, paths->count, &paths->cap, sizeof(char *));
	paths->list[paths->count++] = xstrdup(path);
}

void
paths_clear(struct paths *paths)
{
	while (paths->count > 0)
		free(paths->list[--paths->count]);
	free(paths->list);
	*paths = (struct paths){ 0 };
}

bool
undo_holds_lock(const struct apply *apply)
{
	return folder_same(apply->token_fd, "lock", apply->git_fd,
	    "index.lock");
}

int
undo_lock(struct apply *apply)
{
	struct timespec pause = { 0, LOCK_WAIT_NS };
	int i;

	if (apply_refs_only(apply) || undo_holds_lock(apply))
		return 0;
	for (i = 0; i < LOCK_WAITS; i++) {
		if (linkat(apply->token_fd, "lock", apply->git_fd, "index.lock",
			0) == 0)
			return 0;
		if (errno != EEXIST)
			return -1;
		nanosleep(&pause, NULL);
	}

	return -1;
}

void
undo_unlock(struct apply *apply)
{
	if (!apply_refs_only(apply) && undo_holds_lock(apply))
		unlinkat(apply->git_fd, "index.lock", 0);
}

static uint64_t
inode_of(int folder, const char *name)
{
	struct stat st;

	return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? st.st_ino
								    : 0;
}

static bool
is_there(int tree, const char *path)
{
	struct stat st;

	return folder_lstat(tree, path, &st) == 0 && !S_ISDIR(st.st_mode);
}

/* U1: our inode with our blob. A file that cannot be read is not ours. */
static bool
is_ours(struct apply *apply, const struct op *op, int folder, const char *name)
{
	struct err err;
	bool same = false;

	return inode_of(folder, name) == op->inode &&
	       blob_same(apply->target, TARGET_AFTER, op->path, op->new_oid,
		   op->new_mode, folder, name, &same, &err) == 0 &&
	       same;
}

static bool
path_is_ours(struct apply *apply, const struct op *op)
{
	const char *name;
	int fd = folder_parent(apply->tree_fd, op->path, &name);
	bool ours;

	if (fd == -1)
		return false;
	ours = is_ours(apply, op, fd, name);
	close(fd);

	return ours;
}

/* true: nothing more to do, or done; false: the path stays as it is. */
static bool
undo_change(struct apply *apply, size_t i, bool ask)
{
	const struct op *op = &apply->ops.list[i];
	char name[OP_NAME_SIZE];

	op_name(name, 'n', i);
	if (inode_of(apply->token_fd, name) == op->inode)
		return true; /* U2 */
	if (!path_is_ours(apply, op))
		return false;
	if (ask)
		return true;
	if (folder_swap(apply->token_fd, name, apply->tree_fd, op->path) == -1)
		return false;
	if (is_ours(apply, op, apply->token_fd, name))
		return true;
	folder_swap(apply->token_fd, name, apply->tree_fd, op->path);

	return false;
}

static bool
undo_add(struct apply *apply, size_t i, bool ask)
{
	const struct op *op = &apply->ops.list[i];
	char name[OP_NAME_SIZE];

	op_name(name, 'n', i);
	if (inode_of(apply->token_fd, name) != 0 ||
	    !is_there(apply->tree_fd, op->path))
		return true; /* U2 */
	if (!path_is_ours(apply, op))
		return false;
	if (ask)
		return true;
	if (folder_take(apply->tree_fd, op->path, apply->token_fd, name) == -1)
		return false;
	if (is_ours(apply, op, apply->token_fd, name))
		return true;
	folder_put(apply->token_fd, name, apply->tree_fd, op->path);

	return false;
}

static bool
undo_delete(struct apply *apply, size_t i, bool ask)
{
	const struct op *op = &apply->ops.list[i];
	char name[OP_NAME_SIZE];

	op_name(name, 'd', i);
	if (inode_of(apply->token_fd, name) == 0)
		return true; /* U2 */
	if (ask)
		return !is_there(apply->tree_fd, op->path);

	return folder_put(apply->token_fd, name, apply->tree_fd, op->path) == 0;
}

/* U2: where there is something already, nothing is done. */
static void
undo_rmdir(struct apply *apply, size_t i)
{
	const struct op *op = &apply->ops.list[i];
	char name[OP_NAME_SIZE];
	struct stat st;

	if (folder_lstat(apply->tree_fd, op->path, &st) == 0)
		return;
	op_name(name, 'r', i);
	folder_restore(apply->token_fd, name, apply->tree_fd, op->path,
	    op->old_mode);
}

static bool
undo_op(struct apply *apply, size_t i, bool ask)
{
	const struct op *op = &apply->ops.list[i];

	switch (op->kind) {
	case OP_CHANGE:
		return undo_change(apply, i, ask);
	case OP_ADD:
		return undo_add(apply, i, ask);
	case OP_DELETE:
		return undo_delete(apply, i, ask);
	case OP_MKDIR:
		if (!ask)
			folder_rmdir(apply->tree_fd, op->path);
		return true;
	case OP_RMDIR:
		if (!ask)
			undo_rmdir(apply, i);
		return true;
	}

	return true;
}

static void
undo_ops(struct apply *apply, struct paths *left, bool ask)
{
	size_t i;

	for (i = apply->ops.count; i-- > 0;)
		if (!undo_op(apply, i, ask))
			paths_add(left, apply->ops.list[i].path);
}

int
undo_would_leave(struct apply *apply, struct paths *left)
{
	undo_ops(apply, left, true);

	return 0;
}

bool
undo_is_due(const struct apply *apply)
{
	const struct op *op;
	char name[OP_NAME_SIZE];
	size_t i;

	for (i = 0; i < apply->ops.count; i++) {
		op = &apply->ops.list[i];
		op_name(name, op->kind == OP_DELETE ? 'd' : 'n', i);
		if ((op->kind == OP_DELETE &&
			inode_of(apply->token_fd, name) != 0) ||
		    ((op->kind == OP_ADD || op->kind == OP_CHANGE) &&
			inode_of(apply->token_fd, name) != op->inode))
			return true;
	}

	return false;
}

static int
undo_index(struct apply *apply)
{
	int rc;

	if (!folder_same(apply->token_fd, "new-index", apply->git_fd, "index"))
		return 0; /* U2 */
	if (inode_of(apply->token_fd, "old-index") != 0)
		rc = renameat(apply->token_fd, "old-index", apply->git_fd,
		    "index");
	else
		rc = unlinkat(apply->git_fd, "index", 0);
	if (rc == 0)
		rc = fsync(apply->git_fd);

	return rc == -1 ? apply_fail_sys(apply, "index") : 0;
}

static void
drop_rollback_ref(struct apply *apply)
{
	enum refs_moved moved;
	struct err err;

	refs_move(apply->target, apply->rollback_ref, apply->before, NULL, NULL,
	    &moved, &err);
}

int
undo(struct apply *apply, struct paths *left)
{
	if (!apply_refs_only(apply)) {
		undo_ops(apply, left, false);
		if (sync_tree_folders(apply) == -1 || undo_index(apply) == -1)
			return -1;
	}
	drop_rollback_ref(apply);

	return 0;
}

/* U3: does `name` hold what git has anyway? */
static bool
is_blob_of(struct apply *apply, const struct op *op, const char *name)
{
	bool new = inode_of(apply->token_fd, name) == op->inode;
	struct err err;
	bool same = false;

	blob_same(apply->target, new ? TARGET_AFTER : TARGET_BEFORE, op->path,
	    new ? op->new_oid : op->old_oid, new ? op->new_mode : op->old_mode,
	    apply->token_fd, name, &same, &err);

	return same;
}

static int
keep(struct apply *apply, const struct op *op, const char *name)
{
	char *folder = xasprintf("kept-%s", apply->name);
	struct err err;
	int fd = folder_own(apply->home_fd, folder, true, &err), rc = 0;

	free(folder);
	if (fd == -1)
		return apply_fail(apply, &err);
	if (renameat2(apply->token_fd, name, fd, name, RENAME_NOREPLACE) == -1)
		rc = apply_fail_sys(apply, op->path);
	close(fd);

	return rc;
}

int
undo_keep(struct apply *apply, struct paths *kept)
{
	const struct op *op;
	char name[OP_NAME_SIZE];
	size_t i;

	for (i = 0; apply->token_fd != -1 && i < apply->ops.count; i++) {
		op = &apply->ops.list[i];
		if (op->kind == OP_RMDIR || op->kind == OP_MKDIR)
			continue;
		op_name(name, op->kind == OP_DELETE ? 'd' : 'n', i);
		if (inode_of(apply->token_fd, name) == 0 ||
		    is_blob_of(apply, op, name))
			continue;
		if (keep(apply, op, name) == -1)
			return -1;
		paths_add(kept, op->path);
	}

	return 0;
}
