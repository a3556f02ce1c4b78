#include "sync.h"
#include "base/alloc.h"
#include "folder.h"
#include "newindex.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* From some 30 files on one syncfs() is the cheaper. */
#define SYNC_EACH_MAX 32

static int
sync_all(struct apply *apply, int fd)
{
	return syncfs(fd) == -1 ? apply_fail_sys(apply, apply->path) : 0;
}

int
sync_name(struct apply *apply, const char *name, const char *what)
{
	int fd, rc;

	fd = openat(apply->token_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1 && errno == ELOOP) /* a symlink: its folder's matter */
		return 0;
	rc = fd == -1 ? -1 : fsync(fd);
	if (rc == -1)
		apply_fail_sys(apply, what);
	if (fd != -1)
		close(fd);

	return rc;
}

int
sync_index(struct apply *apply)
{
	return sync_name(apply, NEWINDEX_NAME, "index");
}

static int
sync_step(struct apply *apply, size_t i)
{
	char name[OP_NAME_SIZE];

	op_name(name, 'n', i);

	return sync_name(apply, name, apply->ops.list[i].path);
}

int
sync_files(struct apply *apply)
{
	const struct op *op = apply->ops.list;
	size_t i, count = 0;

	for (i = 0; i < apply->ops.count; i++)
		if (op[i].kind == OP_ADD || op[i].kind == OP_CHANGE)
			count++;
	if (count > SYNC_EACH_MAX)
		return sync_all(apply, apply->token_fd);
	for (i = 0; i < apply->ops.count; i++)
		if ((op[i].kind == OP_ADD || op[i].kind == OP_CHANGE) &&
		    sync_step(apply, i) == -1)
			return -1;

	return 0;
}

static bool
same_parent(const char *a, const char *b)
{
	const char *x = strrchr(a, '/'), *y = strrchr(b, '/');
	size_t len = x != NULL ? (size_t)(x - a) : 0;

	return (y != NULL ? (size_t)(y - b) : 0) == len &&
	       memcmp(a, b, len) == 0;
}

static bool
is_another(const struct ops *ops, size_t i)
{
	return i == 0 || !same_parent(ops->list[i].path, ops->list[i - 1].path);
}

int
sync_tree_folders(struct apply *apply)
{
	const struct ops *ops = &apply->ops;
	size_t i, count = 0;

	for (i = 0; i < ops->count; i++)
		if (is_another(ops, i))
			count++;
	if (count > SYNC_EACH_MAX)
		return sync_all(apply, apply->tree_fd);
	for (i = 0; i < ops->count; i++)
		if (is_another(ops, i) &&
		    folder_sync_parent(apply->tree_fd, ops->list[i].path) == -1)
			return apply_fail_sys(apply, ops->list[i].path);

	return 0;
}
