#include "swap.h"
#include "base/alloc.h"
#include "base/map.h"
#include "folder.h"
#include "git/blob.h"
#include "git/refs.h"
#include "lock.h"
#include "loose.h"
#include "model/lease.h"
#include "newindex.h"
#include "proc/host.h"
#include "rollback.h"
#include "sync.h"
#include "undo.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
same_folder(const char *one, const char *two)
{
	struct stat a, b;

	return stat(one, &a) == 0 && stat(two, &b) == 0 &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* L1: the lease is on a repository, not on a name for one. */
static bool
lease_is_ours(const struct apply *apply, const struct lease *lease)
{
	struct host_now now;
	struct err err;

	return lease != NULL && lease->token == apply->token &&
	       strcmp(lease->cycle, apply->cycle) == 0 &&
	       strcmp(lease->repo_key, apply->repo_key) == 0 &&
	       same_folder(lease->common_dir,
		   target_common_dir(apply->target)) &&
	       host_now(&now, &err) == 0 &&
	       strcmp(lease->boot_id, now.boot_id) == 0 &&
	       now.boot_ms < lease->expires_boot_ms;
}

int
swap_lease(struct apply *apply)
{
	struct lease_table table = { 0 };
	struct buf text = { 0 };
	struct json *root = NULL;
	struct err err;
	bool ours = false;
	int rc;

	rc = state_read(apply->state, "coordination_leases.json", &text, &err);
	if (rc == 1) {
		root = json_parse(text.data, text.len,
		    "coordination_leases.json", &err);
		rc = root == NULL ? -1
				  : lease_read(&table, root,
					"coordination_leases.json", &err);
	}
	if (rc == 0 && root != NULL)
		ours =
		    lease_is_ours(apply, lease_find(&table, apply->repo_key,
					     target_common_dir(apply->target)));
	lease_clear(&table);
	json_free(root);
	buf_clear(&text);
	if (rc == -1)
		return apply_fail(apply, &err);
	if (!ours)
		return apply_stop(apply, VERDICT_REFUSED, "stale-plan",
		    "token %s is no longer leased", apply->name);

	return 0;
}

static int
lock_index(struct apply *apply)
{
	if (linkat(apply->token_fd, "lock", apply->git_fd, "index.lock", 0) ==
	    0)
		return 0;
	if (errno == EEXIST)
		return apply_stop(apply, VERDICT_REFUSED, "locked",
		    "%s/index.lock: another program is at work",
		    target_git_dir(apply->target));

	return apply_fail_sys(apply, "index.lock");
}

static int
check_head(struct apply *apply)
{
	char oid[OID_SIZE], *head;
	struct err err;
	bool same;

	if (refs_oid(apply->target, apply->ref, oid, &err) == -1)
		return apply_fail(apply, &err);
	if (strcmp(oid, apply->before) != 0)
		return apply_stop(apply, VERDICT_REFUSED, "stale-plan",
		    "%s is no longer at %s", apply->ref, apply->before);
	if (apply_refs_only(apply)) {
		if (target_worktree(apply->target) == NULL ||
		    !refs_checked_out(apply->target, apply->ref))
			return 0;
		return apply_stop(apply, VERDICT_REFUSED, "stale-plan",
		    "%s is checked out", apply->ref);
	}
	if (refs_head(apply->target, &head, &err) == -1)
		return apply_fail(apply, &err);
	same = head != NULL && strcmp(head, apply->ref) == 0;
	free(head);
	if (!same)
		return apply_stop(apply, VERDICT_REFUSED, "stale-plan",
		    "HEAD is no longer at %s", apply->ref);

	return 0;
}

static int
check_index(struct apply *apply)
{
	bool had = faccessat(apply->token_fd, "old-index", F_OK, 0) == 0;
	bool has = faccessat(apply->git_fd, "index", F_OK, 0) == 0;

	if (had != has || (had && !folder_same(apply->token_fd, "old-index",
				      apply->git_fd, "index")))
		return apply_stop(apply, VERDICT_REFUSED, "stale-plan",
		    "the index has changed");

	return 0;
}

static int
stop_collision(struct apply *apply, const char *path)
{
	bool ignored = target_ignores(apply->target, path);

	return apply_stop(apply, VERDICT_REFUSED,
	    ignored ? "ignored-collision" : "untracked-collision",
	    "%s: is in the way", path);
}

/* Is the file at `name` in `folder` what lay there as the steps were planned?
 */
static int
holds_old(struct apply *apply, const struct op *op, int folder,
    const char *name)
{
	struct err err;
	bool same;

	if (blob_same(folder, name, op->old_oid, op->old_mode, &same, &err) ==
	    -1)
		return apply_fail(apply, &err);
	if (!same)
		return apply_stop(apply, VERDICT_REFUSED,
		    apply_moved_code(apply), "%s: has been changed", op->path);

	return 0;
}

/* A step that the kernel will not do: the world has moved, or the file system
 * is not one for this. */
static int
stop_step(struct apply *apply, const char *path)
{
	bool moved = errno == ENOENT || errno == ENOTDIR || errno == ELOOP ||
		     errno == EEXIST;
	struct err err;

	err_sys(&err, EX_IOERR, "%s", path);

	return apply_stop(apply, VERDICT_REFUSED,
	    moved ? "stale-plan" : apply_code_of(&err), "%s", err.text);
}

/* The paths that the steps take away, each of which may lie in another's way.
 */
struct gone {
	struct apply *apply;
	struct map paths;
};

static int
find_obstacle(void *ctx, const char *path, bool is_folder)
{
	struct gone *gone = ctx;

	return is_folder || map_get(&gone->paths, path) != NULL
		   ? 0
		   : stop_collision(gone->apply, path);
}

/* Something else than a folder above the path. */
static int
check_above(struct gone *gone, const char *path)
{
	char *folder = xstrdup(path), *slash;
	struct stat st;
	int rc = 0;

	for (slash = strchr(folder, '/'); rc == 0 && slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (folder_lstat(gone->apply->tree_fd, folder, &st) == -1)
			break;
		if (!S_ISDIR(st.st_mode))
			rc = find_obstacle(gone, folder, false);
		if (!S_ISDIR(st.st_mode))
			break;
		*slash = '/';
	}
	free(folder);

	return rc;
}

static int
check_place(struct gone *gone, const struct op *op)
{
	struct apply *apply = gone->apply;
	struct stat st;
	int rc;

	if (folder_lstat(apply->tree_fd, op->path, &st) == -1)
		return check_above(gone, op->path);
	if (!S_ISDIR(st.st_mode))
		return find_obstacle(gone, op->path, false);
	rc = folder_walk(apply->tree_fd, op->path, find_obstacle, gone);
	if (rc == -1 && apply->verdict == VERDICT_NONE)
		apply_fail_sys(apply, op->path);

	return rc;
}

/* What is untouched since it was looked at need not be read again yet: S3. */
static int
check_old(struct apply *apply, const struct op *op)
{
	const char *name;
	struct stat st;
	int fd, rc = 0;

	fd = folder_parent(apply->tree_fd, op->path, &name);
	if (fd == -1)
		return stop_step(apply, op->path);
	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    !op_untouched(op, &st))
		rc = holds_old(apply, op, fd, name);
	close(fd);

	return rc;
}

/* Before the first rename, so that the common edit costs none. */
static int
check_paths(struct apply *apply)
{
	struct gone gone = { .apply = apply };
	const struct op *op = apply->ops.list;
	size_t i;
	int rc = 0;

	for (i = 0; i < apply->ops.count; i++)
		if (op[i].kind == OP_DELETE)
			map_put(&gone.paths, op[i].path, &gone);
	for (i = 0; rc == 0 && i < apply->ops.count; i++)
		if (op[i].kind == OP_ADD)
			rc = check_place(&gone, &op[i]);
		else if (op[i].kind == OP_DELETE || op[i].kind == OP_CHANGE)
			rc = check_old(apply, &op[i]);
	map_clear(&gone.paths);

	return rc;
}

/* S2 */
static int
check_facts(struct apply *apply)
{
	if (swap_lease(apply) == -1 || check_head(apply) == -1)
		return -1;
	if (apply_refs_only(apply))
		return 0;
	if (check_index(apply) == -1)
		return -1;

	return check_paths(apply);
}

/* A file is as young as its place: a build that ran meanwhile is older. */
static int
make_young(struct apply *apply, struct op *op, const char *name)
{
	if (utimensat(apply->token_fd, name, NULL, AT_SYMLINK_NOFOLLOW) == -1 ||
	    fstatat(apply->token_fd, name, &op->put, AT_SYMLINK_NOFOLLOW) == -1)
		return stop_step(apply, op->path);

	return 0;
}

static int
do_delete(struct apply *apply, size_t i)
{
	const struct op *op = &apply->ops.list[i];
	char name[OP_NAME_SIZE];

	op_name(name, 'd', i);
	if (folder_take(apply->tree_fd, op->path, apply->token_fd, name) == -1)
		return stop_step(apply, op->path);

	return holds_old(apply, op, apply->token_fd, name); /* S3 */
}

static int
do_change(struct apply *apply, size_t i)
{
	struct op *op = &apply->ops.list[i];
	char name[OP_NAME_SIZE];

	op_name(name, 'n', i);
	if (make_young(apply, op, name) == -1)
		return -1;
	if (folder_swap(apply->token_fd, name, apply->tree_fd, op->path) == -1)
		return stop_step(apply, op->path);

	return holds_old(apply, op, apply->token_fd, name); /* S3 */
}

static int
do_add(struct apply *apply, size_t i)
{
	struct op *op = &apply->ops.list[i];
	char name[OP_NAME_SIZE];

	op_name(name, 'n', i);
	if (make_young(apply, op, name) == -1)
		return -1;
	if (folder_put(apply->token_fd, name, apply->tree_fd, op->path) == 0)
		return 0;
	if (errno == EEXIST)
		return stop_collision(apply, op->path);

	return stop_step(apply, op->path);
}

/* A folder with something untracked in it stays, as git leaves it. */
static int
do_rmdir(struct apply *apply, const struct op *op)
{
	if (folder_rmdir(apply->tree_fd, op->path) == 0 || errno == ENOTEMPTY ||
	    errno == ENOENT || errno == EBUSY)
		return 0;

	return stop_step(apply, op->path);
}

static int
do_mkdir(struct apply *apply, const struct op *op)
{
	struct stat st;

	if (folder_mkdir(apply->tree_fd, op->path, 0777) == 0)
		return 0;
	if (errno != EEXIST && errno != ELOOP && errno != ENOTDIR)
		return stop_step(apply, op->path);
	if (folder_lstat(apply->tree_fd, op->path, &st) == 0 &&
	    S_ISDIR(st.st_mode))
		return 0;

	return stop_collision(apply, op->path);
}

static int
do_op(struct apply *apply, size_t i)
{
	const struct op *op = &apply->ops.list[i];

	switch (op->kind) {
	case OP_DELETE:
		return do_delete(apply, i);
	case OP_RMDIR:
		return do_rmdir(apply, op);
	case OP_MKDIR:
		return do_mkdir(apply, op);
	case OP_ADD:
		return do_add(apply, i);
	case OP_CHANGE:
		return do_change(apply, i);
	}

	return -1;
}

/* `new-index` stays as a witness of which index was ours. */
static int
swap_index(struct apply *apply)
{
	if (newindex_stamp(apply) == -1 || sync_index(apply) == -1)
		return -1;
	if (linkat(apply->token_fd, NEWINDEX_NAME, apply->token_fd, "new-index",
		0) == -1 ||
	    fsync(apply->token_fd) == -1)
		return apply_fail_sys(apply, "index");
	if (renameat(apply->token_fd, NEWINDEX_NAME, apply->git_fd, "index") ==
		-1 ||
	    fsync(apply->git_fd) == -1)
		return apply_fail_sys(apply, "index");

	return 0;
}

static int
move_ref(struct apply *apply, const char *name, const char *from,
    const char *to)
{
	char *message = xasprintf("hermes: %s, cycle %s, token %s",
	    apply->strategy, apply->cycle, apply->name);
	enum refs_moved moved;
	struct err err;
	int rc;

	rc = refs_move(apply->target, name, from, to, message, &moved, &err);
	free(message);
	if (rc == -1)
		return apply_fail(apply, &err);
	if (moved == REFS_LOCKED)
		return apply_stop(apply, VERDICT_REFUSED, "locked",
		    "%s: is locked", name);
	if (moved != REFS_MOVED)
		return apply_stop(apply, VERDICT_REFUSED, "stale-plan",
		    moved == REFS_CONFLICT ? "%s: another ref is in its way"
					   : "%s: has been moved",
		    name);

	return 0;
}

/* A `git gc --prune=now` beside us would take what no ref names yet. */
static int
check_landed(struct apply *apply)
{
	if (loose_landed(apply))
		return 0;

	return apply_stop(apply, VERDICT_REFUSED, "stale-plan",
	    "objects of %s have gone", apply->after);
}

/* S4 */
static int
swap_all(struct apply *apply)
{
	size_t i;

	if (check_facts(apply) == -1 || moves_plan(apply) == -1)
		return -1;
	for (i = 0; i < apply->ops.count; i++)
		if (do_op(apply, i) == -1)
			return -1;
	if (!apply_refs_only(apply) &&
	    (sync_tree_folders(apply) == -1 || swap_index(apply) == -1))
		return -1;
	if (check_landed(apply) == -1 || swap_lease(apply) == -1)
		return -1;

	if (move_ref(apply, apply->rollback_ref, NULL, apply->before) == -1)
		return -1;

	return moves_do(apply);
}

/* The branch is at its target for anybody who looks. */
static bool
branch_landed(struct apply *apply)
{
	char oid[OID_SIZE];
	struct err err;

	return refs_oid(apply->target, apply->ref, oid, &err) == -1 ||
	       strcmp(oid, apply->after) == 0;
}

/* S5: where the machine failed behind the move, it is moved back; where that
 * fails as well, hermes-exec -R goes by where it stands. */
static int
move_branch(struct apply *apply)
{
	enum refs_moved moved;

	if (move_ref(apply, apply->ref, apply->before, apply->after) == 0) {
		loose_again(apply); /* where it cannot: close.c */
		return 0;
	}
	if (apply->verdict == VERDICT_FAILED && branch_landed(apply)) {
		rollback_branch(apply, &moved);
		apply->open = branch_landed(apply);
	}
	if (apply->open)
		apply->verdict = VERDICT_INTERRUPTED;

	return -1;
}

/* A swap that stopped half-way is taken back; what cannot be is left, lock
 * and all, for hermes-exec -R. */
static void
take_back(struct apply *apply)
{
	struct paths left = { 0 };

	if (undo(apply, &left) == -1) {
		apply->verdict = VERDICT_INTERRUPTED;
		apply->open = true;
	} else if (left.count > 0) {
		apply->verdict = VERDICT_FAILED;
		apply->code = "interrupted-mixed";
		snprintf(apply->detail, sizeof(apply->detail),
		    "%s: changed while it was swapped; stays as it is",
		    left.list[0]);
	}
	paths_clear(&left);
}

int
swap(struct apply *apply)
{
	int rc;

	if (!apply_refs_only(apply) && lock_index(apply) == -1)
		return -1;
	rc = swap_all(apply) == -1 || move_branch(apply) == -1 ? -1 : 0;
	if (rc == -1 && !apply->open)
		take_back(apply);
	if (!apply->open)
		lock_drop(apply);

	return rc;
}
