#include "keep.h"
#include "base/alloc.h"
#include "folder.h"
#include "git/blob.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Does `name` hold what git has anyway? 1; 0 no, or it cannot be read; -1
 * where we ran short of what it takes to look. */
static int
is_blob_of(struct apply *apply, const struct op *op, const char *name)
{
	bool new = folder_inode(apply->token_fd, name) == op->inode;
	struct err err;
	bool same;

	if (blob_same(apply->token_fd, name, new ? op->new_oid : op->old_oid,
		new ? op->new_mode : op->old_mode, &same, &err) == 0)
		return same;
	if (err.number == EMFILE || err.number == ENFILE ||
	    err.number == ENOMEM)
		return apply_fail(apply, &err);

	return 0;
}

static int
keep_one(struct apply *apply, const struct op *op, const char *name)
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
keep_changed(struct apply *apply, struct paths *kept)
{
	const struct op *op;
	char name[OP_NAME_SIZE];
	size_t i;
	int rc;

	for (i = 0; apply->token_fd != -1 && i < apply->ops.count; i++) {
		op = &apply->ops.list[i];
		if (op->kind == OP_RMDIR || op->kind == OP_MKDIR)
			continue;
		op_name(name, op->kind == OP_DELETE ? 'd' : 'n', i);
		if (folder_inode(apply->token_fd, name) == 0)
			continue;
		rc = is_blob_of(apply, op, name);
		if (rc == 1)
			continue;
		if (rc == -1 || keep_one(apply, op, name) == -1)
			return -1;
		paths_add(kept, op->path);
	}

	return 0;
}
