#include "undo.h"
#include "folder.h"
#include "git/blob.h"
#include "git/refs.h"
#include "mirror.h"
#include "newindex.h"
#include "store/below.h"
#include "sync.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define TRIES 3
#define PAUSE_NS 100000000L

/* What became of one step. */
enum undone {
	UNDONE, /* now, or before, or it never was done: U2 */
	LEFT,   /* the path is the user's: U1 */
	FAILED  /* the machine said no: errno */
};

/* Has somebody changed the tree, or is it the machine that fails? */
static enum undone
left_or_failed(void)
{
	switch (errno) {
	case EEXIST:
	case ENOENT:
	case ENOTDIR:
	case ELOOP:
		return LEFT;
	default:
		return FAILED;
	}
}

/* U1: our inode with our blob. */
static enum undone
is_ours(const struct op *op, int folder, const char *name)
{
	struct err err;
	bool same;

	if (folder_inode(folder, name) != op->inode)
		return LEFT;
	if (blob_same(folder, name, op->new_oid, op->new_mode, &same, &err) ==
	    -1)
		return FAILED;

	return same ? UNDONE : LEFT;
}

static enum undone
path_is_ours(struct apply *apply, const struct op *op)
{
	const char *name;
	int fd = folder_parent(apply->tree_fd, op->path, &name);
	enum undone ours;

	if (fd == -1)
		return left_or_failed();
	ours = is_ours(op, fd, name);
	close(fd);

	return ours;
}

static enum undone
undo_change(struct apply *apply, size_t i, bool ask)
{
	const struct op *op = &apply->ops.list[i];
	char name[OP_NAME_SIZE];
	enum undone ours;

	op_name(name, 'n', i);
	if (folder_inode(apply->token_fd, name) == op->inode)
		return UNDONE;
	ours = path_is_ours(apply, op);
	if (ask || ours != UNDONE)
		return ours;
	if (folder_swap(apply->token_fd, name, apply->tree_fd, op->path) == -1)
		return left_or_failed();
	ours = is_ours(op, apply->token_fd, name);
	if (ours == LEFT) /* written to at this very moment */
		folder_swap(apply->token_fd, name, apply->tree_fd, op->path);

	return ours;
}

/* Is there a file, or what is no folder? 1, 0; -1 the machine said no. */
static int
is_there(int tree, const char *path)
{
	struct stat st;

	if (folder_lstat(tree, path, &st) == -1)
		return left_or_failed() == FAILED ? -1 : 0;

	return !S_ISDIR(st.st_mode);
}

static enum undone
undo_add(struct apply *apply, size_t i, bool ask)
{
	const struct op *op = &apply->ops.list[i];
	char name[OP_NAME_SIZE];
	enum undone ours;
	int there;

	op_name(name, 'n', i);
	if (folder_inode(apply->token_fd, name) != 0)
		return UNDONE;
	there = is_there(apply->tree_fd, op->path);
	if (there != 1)
		return there == 0 ? UNDONE : FAILED;
	ours = path_is_ours(apply, op);
	if (ask || ours != UNDONE)
		return ours;
	if (folder_take(apply->tree_fd, op->path, apply->token_fd, name) == -1)
		return left_or_failed();
	ours = is_ours(op, apply->token_fd, name);
	if (ours == LEFT)
		folder_put(apply->token_fd, name, apply->tree_fd, op->path);

	return ours;
}

static enum undone
undo_delete(struct apply *apply, size_t i, bool ask)
{
	const struct op *op = &apply->ops.list[i];
	char name[OP_NAME_SIZE];
	int there;

	op_name(name, 'd', i);
	if (folder_inode(apply->token_fd, name) == 0)
		return UNDONE;
	if (ask) {
		there = is_there(apply->tree_fd, op->path);
		return there == -1 ? FAILED : there ? LEFT : UNDONE;
	}
	if (folder_put(apply->token_fd, name, apply->tree_fd, op->path) == 0)
		return UNDONE;

	return left_or_failed();
}

/* One with something of somebody's in it stays. */
static enum undone
undo_mkdir(struct apply *apply, size_t i)
{
	if (folder_rmdir(apply->tree_fd, apply->ops.list[i].path) == 0 ||
	    errno == ENOTEMPTY || errno == EBUSY)
		return UNDONE;

	return left_or_failed() == FAILED ? FAILED : UNDONE;
}

/* Made where it inherits what its place hands down, with exactly its bits, and
 * renamed into place: it is never there with others. */
static int
restore_folder(struct apply *apply, const struct op *op)
{
	const char *name;
	int above = below_parent(apply->tree_fd, op->path, O_RDONLY, &name);
	int rc = -1;

	if (above == -1)
		return -1;
	if (folder_remove(apply->token_fd, "like") == 0 &&
	    mirror_folder(above, apply->token_fd, "like") == 0 &&
	    mkdirat(apply->token_fd, "like/folder", 0777) == 0 &&
	    fchmodat(apply->token_fd, "like/folder", op->old_mode, 0) == 0)
		rc = renameat2(apply->token_fd, "like/folder", above, name,
		    RENAME_NOREPLACE);

	return below_done(above, rc);
}

static enum undone
undo_rmdir(struct apply *apply, size_t i)
{
	const struct op *op = &apply->ops.list[i];
	struct stat st;

	if (folder_lstat(apply->tree_fd, op->path, &st) == 0)
		return UNDONE;
	if (restore_folder(apply, op) == 0)
		return UNDONE;

	return left_or_failed() == FAILED ? FAILED : UNDONE;
}

static enum undone
undo_op(struct apply *apply, size_t i, bool ask)
{
	switch (apply->ops.list[i].kind) {
	case OP_CHANGE:
		return undo_change(apply, i, ask);
	case OP_ADD:
		return undo_add(apply, i, ask);
	case OP_DELETE:
		return undo_delete(apply, i, ask);
	case OP_MKDIR:
		return ask ? UNDONE : undo_mkdir(apply, i);
	case OP_RMDIR:
		return ask ? UNDONE : undo_rmdir(apply, i);
	}

	return UNDONE;
}

static int
undo_ops(struct apply *apply, struct paths *left, bool ask)
{
	const char *path;
	size_t i;

	for (i = apply->ops.count; i-- > 0;) {
		path = apply->ops.list[i].path;
		switch (undo_op(apply, i, ask)) {
		case UNDONE:
			break;
		case LEFT:
			paths_add(left, path);
			break;
		case FAILED:
			return apply_fail_sys(apply, path);
		}
	}

	return 0;
}

int
undo_would_leave(struct apply *apply, struct paths *left)
{
	return undo_ops(apply, left, true);
}

bool
undo_is_due(const struct apply *apply)
{
	const struct op *op;
	char name[OP_NAME_SIZE];
	uint64_t inode;
	size_t i;

	for (i = 0; i < apply->ops.count; i++) {
		op = &apply->ops.list[i];
		op_name(name, op->kind == OP_DELETE ? 'd' : 'n', i);
		inode = folder_inode(apply->token_fd, name);
		if ((op->kind == OP_DELETE && inode != 0) ||
		    ((op->kind == OP_ADD || op->kind == OP_CHANGE) &&
			inode != op->inode))
			return true;
	}

	return false;
}

/* Which index goes back: the one for what is staged since, or the old one. */
static const char *
index_before(const struct apply *apply)
{
	return folder_inode(apply->token_fd, NEWINDEX_BACK) != 0 ? NEWINDEX_BACK
	       : folder_inode(apply->token_fd, "old-index") != 0 ? "old-index"
								 : NULL;
}

static int
put_index(struct apply *apply, const char *from)
{
	struct err err;

	if (newindex_restore(apply, from, NEWINDEX_OLD, &err) == -1)
		return apply_fail(apply, &err);
	if (sync_name(apply, NEWINDEX_OLD, "index") == -1)
		return -1;
	if (renameat(apply->token_fd, NEWINDEX_OLD, apply->git_fd, "index") ==
		-1 ||
	    fsync(apply->git_fd) == -1)
		return apply_fail_sys(apply, "index");

	return 0;
}

/* The old index again, whether ours had its place or not: the files have other
 * ctimes now. One that is neither is somebody's, and stays: U2. */
static int
undo_index(struct apply *apply)
{
	bool ours =
	    folder_same(apply->token_fd, "new-index", apply->git_fd, "index");
	const char *from = index_before(apply);

	if (ours && from == NULL)
		return unlinkat(apply->git_fd, "index", 0) == -1 ||
			       fsync(apply->git_fd) == -1
			   ? apply_fail_sys(apply, "index")
			   : 0;
	if (from == NULL || (!ours && !folder_same(apply->token_fd, "old-index",
					  apply->git_fd, "index")))
		return 0;

	return put_index(apply, from);
}

static int
drop_rollback_ref(struct apply *apply)
{
	enum refs_moved moved;
	struct err err;

	if (refs_move(apply->target, apply->rollback_ref, apply->before, NULL,
		NULL, &moved, &err) == -1)
		return apply_fail(apply, &err);
	if (moved == REFS_LOCKED)
		return apply_stop(apply, VERDICT_FAILED, "locked",
		    "%s: is locked", apply->rollback_ref);

	return 0;
}

static int
undo_once(struct apply *apply, struct paths *left)
{
	if (!apply_refs_only(apply) &&
	    (undo_ops(apply, left, false) == -1 ||
		sync_tree_folders(apply) == -1 || undo_index(apply) == -1))
		return -1;

	return moves_undo(apply) == -1 ? -1 : drop_rollback_ref(apply);
}

int
undo(struct apply *apply, struct paths *left)
{
	struct timespec pause = { 0, PAUSE_NS };
	int i;

	for (i = 0; i < TRIES; i++) {
		if (i > 0)
			nanosleep(&pause, NULL);
		paths_clear(left);
		if (undo_once(apply, left) == 0)
			return 0;
	}

	return -1;
}
