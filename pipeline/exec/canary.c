#include "canary.h"
#include "base/alloc.h"
#include "bytes.h"
#include "folder.h"
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

/* The paths of the tree that are files, and of what they are to be told to the
 * index. */
struct tree {
	struct target_changes all;
	struct index_file *files; /* owned */
	size_t count;
	struct buf paths;
};

static int
read_tree(struct apply *apply, struct tree *tree, struct err *err)
{
	const struct target_change *change;
	size_t i;

	*tree = (struct tree){ 0 };
	if (target_tree(apply->target, &tree->all, err) == -1)
		return -1;
	tree->files = xcalloc(tree->all.count + 1, sizeof(*tree->files));
	for (i = 0; i < tree->all.count; i++) {
		change = &tree->all.list[i];
		if (change->new_mode == TARGET_GITLINK)
			continue;
		tree->files[tree->count++].path = change->path;
		buf_add(&tree->paths, change->path, strlen(change->path) + 1);
	}

	return 0;
}

static int
make_parents(int fd, const char *path)
{
	char *folder = xstrdup(path), *slash;
	int rc = 0;

	for (slash = strchr(folder, '/'); rc == 0 && slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (folder_mkdir(fd, folder, 0777) == -1 && errno != EEXIST)
			rc = -1;
		*slash = '/';
	}
	free(folder);

	return rc;
}

/* A submodule's folder is empty. */
static int
make_gitlinks(const struct tree *tree, int fd, struct err *err)
{
	const struct target_change *change;
	size_t i;

	for (i = 0; i < tree->all.count; i++) {
		change = &tree->all.list[i];
		if (change->new_mode == TARGET_GITLINK &&
		    (make_parents(fd, change->path) == -1 ||
			folder_mkdir(fd, change->path, 0777) == -1))
			return err_sys(err, EX_IOERR, "%s", change->path);
	}

	return 0;
}

static int
stamp_tree(struct tree *tree, int fd, struct err *err)
{
	int git = openat(fd, ".git", O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;
	size_t i;

	for (i = 0; i < tree->count; i++)
		if (folder_lstat(fd, tree->files[i].path, &tree->files[i].st) ==
		    -1)
			tree->files[i].st.st_ino = 0;
	index_files_sort(tree->files, tree->count);
	rc = git == -1 ? err_sys(err, EX_IOERR, ".git")
		       : index_stamp(git, "index", tree->files, tree->count,
			     INDEX_STAMP, err);
	if (git != -1)
		close(git);

	return rc;
}

static int
write_tree(struct apply *apply, int fd, const char *path, struct err *err)
{
	char *index = xasprintf("%s/.git/index", path), *held = NULL;
	struct tree tree;
	int rc;

	rc = read_tree(apply, &tree, err);
	if (rc == 0)
		rc = content_read(&apply->content, index, apply->after, err);
	if (rc == 0)
		rc = content_needs_filter(&apply->content, index, &tree.paths,
		    &held, err);
	if (rc == 0 && held != NULL)
		rc = err_set(err, EX_DATAERR,
		    "%s: its filter is one of the checkout's own configuration",
		    held);
	if (rc == 0)
		rc = content_write(&apply->content, index, path, &tree.paths,
		    err);
	if (rc == 0)
		rc = make_gitlinks(&tree, fd, err);
	if (rc == 0)
		rc = stamp_tree(&tree, fd, err);
	buf_clear(&tree.paths);
	free(tree.files);
	target_changes_clear(&tree.all);
	free(held);
	free(index);

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

/* Absolute, for git is told of it and has another working directory. */
static char *
canary_path(const struct apply *apply)
{
	char *state = realpath(apply->state->path, NULL);
	char *path = xasprintf("%s/canary/%s",
	    state != NULL ? state : apply->state->path, apply->name);

	free(state);

	return path;
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
	if (bytes_open(apply) == -1)
		return -1;
	fd = state_folder(apply->state, "canary", &err);
	if (fd == -1)
		return apply_fail(apply, &err);
	path = canary_path(apply);
	rc = make_canary(apply, fd, path, &err);
	if (rc == 0)
		*result = check_run(apply, "canary", path);
	close(fd);
	canary_remove(apply->state, apply->name);
	free(path);

	return rc == -1 ? bytes_fail(apply, &err) : 0;
}
