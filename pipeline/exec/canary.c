#include "canary.h"
#include "base/alloc.h"
#include "folder.h"
#include "git/blob.h"
#include "git/index.h"
#include "git/tree_repo.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
canary_remove(const struct state *state, const char *name)
{
	int fd = openat(state->fd, "canary",
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd == -1)
		return;
	folder_remove(fd, name);
	close(fd);
	unlinkat(state->fd, "canary", AT_REMOVEDIR); /* if it is empty */
}

static int
make_parents(int tree, const char *path)
{
	char *folder = xstrdup(path), *slash;
	int rc = 0;

	for (slash = strchr(folder, '/'); rc == 0 && slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (folder_mkdir(tree, folder, 0777) == -1 && errno != EEXIST)
			rc = -1;
		*slash = '/';
	}
	free(folder);

	return rc;
}

static int
write_one(struct apply *apply, int tree, const struct target_change *change,
    struct stat *st, struct err *err)
{
	const char *name;
	int fd, rc;

	if (make_parents(tree, change->path) == -1)
		return err_sys(err, EX_IOERR, "%s", change->path);
	if (change->new_mode == TARGET_GITLINK)
		return folder_mkdir(tree, change->path, 0777) == -1
			   ? err_sys(err, EX_IOERR, "%s", change->path)
			   : 0;
	fd = folder_parent(tree, change->path, &name);
	if (fd == -1)
		return err_sys(err, EX_IOERR, "%s", change->path);
	rc = blob_write(apply->target, TARGET_AFTER, change->path,
	    change->new_oid, change->new_mode, fd, name, err);
	if (rc == 0 && fstatat(fd, name, st, AT_SYMLINK_NOFOLLOW) == -1)
		rc = err_sys(err, EX_IOERR, "%s", change->path);
	close(fd);

	return rc;
}

static int
write_tree(struct apply *apply, int tree, const char *path, struct err *err)
{
	struct target_changes all;
	struct stat *stats;
	char *index;
	size_t i;
	int rc = 0;

	if (target_tree(apply->target, &all, err) == -1)
		return -1;
	stats = xcalloc(all.count + 1, sizeof(stats[0]));
	for (i = 0; rc == 0 && i < all.count; i++)
		rc = write_one(apply, tree, &all.list[i], &stats[i], err);
	index = xasprintf("%s/.git/index", path);
	if (rc == 0)
		rc = index_change(index, NULL, &all, stats, err);
	free(index);
	free(stats);
	target_changes_clear(&all);

	return rc;
}

static int
make_canary(struct apply *apply, int fd, const char *path, struct err *err)
{
	int tree, rc;

	folder_remove(fd, apply->name);
	if (mkdirat(fd, apply->name, 0700) == -1)
		return err_sys(err, EX_IOERR, "%s", path);
	tree = folder_own(fd, apply->name, false, err);
	if (tree == -1)
		return -1;
	rc = tree_repo_make(apply->target, path, err);
	if (rc == 0)
		rc = write_tree(apply, tree, path, err);
	close(tree);

	return rc;
}

int
canary_run(struct apply *apply, enum check_result *result)
{
	struct err err;
	char *path;
	int fd, rc;

	*result = CHECK_PASSED;
	if (!check_any(apply, "canary"))
		return 0;
	fd = state_folder(apply->state, "canary", &err);
	if (fd == -1)
		return apply_fail(apply, &err);
	path = xasprintf("%s/canary/%s", apply->state->path, apply->name);
	rc = make_canary(apply, fd, path, &err);
	if (rc == 0)
		*result = check_run(apply, "canary", path);
	close(fd);
	canary_remove(apply->state, apply->name);
	free(path);

	return rc == -1 ? apply_fail(apply, &err) : 0;
}
