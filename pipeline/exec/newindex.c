#include "newindex.h"
#include "base/alloc.h"
#include "bytes.h"
#include "folder.h"
#include "git/index.h"
#include "mirror.h"
#include "store/io.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A file of the apply's folder; absent is empty. */
static int
read_file(int dir, const char *name, struct buf *out, struct err *err)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), rc;

	buf_reset(out);
	if (fd == -1)
		return errno == ENOENT ? 0 : err_sys(err, EX_IOERR, "%s", name);
	rc = io_read_from(fd, 0, out);
	if (rc == -1)
		err_sys(err, EX_IOERR, "%s", name);
	close(fd);

	return rc;
}

/* Racy entries are told by an index's mtime: a copy has it, too. Its group it
 * has where we may give it. */
static int
write_copy(int from, int dir, const char *name)
{
	struct timespec times[2] = { { 0, UTIME_OMIT } };
	struct buf bytes = { 0 };
	struct stat st;
	int fd, rc = -1;

	unlinkat(dir, name, 0);
	fd = openat(dir, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (fd == -1)
		return -1;
	if (fstat(from, &st) == 0 && io_read_from(from, 0, &bytes) == 0 &&
	    io_write_at(fd, 0, buf_text(&bytes), bytes.len) == 0) {
		times[1] = st.st_mtim;
		fchown(fd, (uid_t)-1, st.st_gid);
		fchmod(fd, st.st_mode & 07777);
		rc = futimens(fd, times);
	}
	buf_clear(&bytes);
	if (close(fd) == -1)
		rc = -1;

	return rc;
}

/* `to` is in the folder "own", where a file is born as in the git dir. */
static int
copy_index(const struct apply *apply, int dir, const char *from, const char *to,
    struct err *err)
{
	int fd, rc;

	if (mirror_folder(apply->git_fd, apply->token_fd, NEWINDEX_FOLDER) ==
	    -1)
		return err_sys(err, EX_IOERR, NEWINDEX_FOLDER);
	fd = openat(dir, from, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return errno == ENOENT ? 0 : err_sys(err, EX_IOERR, "%s", from);
	rc = write_copy(fd, apply->token_fd, to);
	if (rc == -1)
		err_sys(err, EX_IOERR, "%s", from);
	close(fd);

	return rc;
}

int
newindex_copy(struct apply *apply, const char *name, struct err *err)
{
	return copy_index(apply, apply->token_fd, "old-index", name, err);
}

static int
keep_old(struct apply *apply)
{
	struct stat old;

	if (linkat(apply->git_fd, "index", apply->token_fd, "old-index", 0) ==
	    -1)
		return errno == ENOENT ? 0 : apply_fail_sys(apply, "index");
	if (fstatat(apply->token_fd, "old-index", &old, AT_SYMLINK_NOFOLLOW) ==
	    -1)
		return apply_fail_sys(apply, "old-index");
	if (!S_ISREG(old.st_mode))
		return apply_stop(apply, VERDICT_REFUSED, "unsupported-format",
		    "%s/index: no regular file", target_git_dir(apply->target));

	return 0;
}

static int
refused(struct apply *apply, const char *why)
{
	return apply_stop(apply, VERDICT_REFUSED, apply_moved_code(apply), "%s",
	    why);
}

static int
merge(struct apply *apply, const char *file)
{
	struct err err;
	char *why;
	int rc;

	rc = content_merge(&apply->content, file, apply->before, apply->after,
	    &why, &err);
	if (rc == 0)
		refused(apply, why);
	free(why);

	return rc == -1 ? apply_fail(apply, &err) : rc == 1 ? 0 : -1;
}

static int
compare(struct apply *apply, const struct buf *old)
{
	struct buf new = { 0 };
	struct err err;
	int rc;

	rc = read_file(apply->token_fd, NEWINDEX_NAME, &new, &err);
	if (rc == 0)
		rc = index_compare(&apply->changes, old, &new, &apply->converts,
		    &err);
	apply->converts |= !apply->content.plain;
	buf_clear(&new);

	return rc == -1 ? apply_fail(apply, &err) : 0;
}

int
newindex_prepare(struct apply *apply)
{
	struct buf old = { 0 };
	struct err err;
	char *file;
	int rc;

	if (keep_old(apply) == -1 || bytes_open(apply) == -1)
		return -1;
	file = bytes_path(apply, NEWINDEX_NAME);
	rc = newindex_copy(apply, NEWINDEX_NAME, &err);
	if (rc == 0)
		rc = content_refresh(&apply->content, file, &err);
	if (rc == 0)
		rc = read_file(apply->token_fd, NEWINDEX_NAME, &old, &err);
	if (rc == -1)
		apply_fail(apply, &err);
	else if (merge(apply, file) == -1 || compare(apply, &old) == -1)
		rc = -1;
	buf_clear(&old);
	free(file);

	return rc;
}

/* The files of the steps as they lie in the worktree, sorted. */
static struct index_file *
files_now(const struct apply *apply, size_t *count)
{
	struct index_file *files =
	    xcalloc(apply->ops.count + 1, sizeof(*files));
	const struct op *op;
	size_t i;

	*count = 0;
	for (i = 0; i < apply->ops.count; i++) {
		op = &apply->ops.list[i];
		if (op->kind == OP_RMDIR || op->kind == OP_MKDIR)
			continue;
		files[*count].path = op->path;
		if (folder_lstat(apply->tree_fd, op->path, &files[*count].st) ==
		    0)
			++*count;
	}
	index_files_sort(files, *count);

	return files;
}

/* What was put there, and by nobody written to since. */
static bool
is_as_put(const struct op *op, const struct stat *now)
{
	return now->st_ino == op->put.st_ino && now->st_dev == op->put.st_dev &&
	       now->st_size == op->put.st_size &&
	       now->st_mtim.tv_sec == op->put.st_mtim.tv_sec &&
	       now->st_mtim.tv_nsec == op->put.st_mtim.tv_nsec;
}

int
newindex_stamp(struct apply *apply)
{
	struct index_file *files =
	    xcalloc(apply->ops.count + 1, sizeof(*files));
	size_t i, count = 0;
	struct err err;
	struct op *op;
	int rc;

	for (i = 0; i < apply->ops.count; i++) {
		op = &apply->ops.list[i];
		if (op->kind != OP_ADD && op->kind != OP_CHANGE)
			continue;
		files[count].path = op->path;
		if (folder_lstat(apply->tree_fd, op->path, &files[count].st) ==
			0 &&
		    is_as_put(op, &files[count].st))
			count++;
	}
	index_files_sort(files, count);
	rc = index_stamp(apply->token_fd, NEWINDEX_NAME, files, count,
	    INDEX_STAMP, &err);
	free(files);

	return rc == -1 ? apply_fail(apply, &err) : 0;
}

int
newindex_restore(struct apply *apply, const char *from, const char *name,
    struct err *err)
{
	struct index_file *files;
	size_t count;
	int rc;

	if (copy_index(apply, apply->token_fd, from, name, err) == -1)
		return -1;
	files = files_now(apply, &count);
	rc = index_stamp(apply->token_fd, name, files, count, INDEX_STAMP_CTIME,
	    err);
	free(files);

	return rc;
}

int
newindex_back(struct apply *apply, const char *name, char **why,
    struct err *err)
{
	char *file = bytes_path(apply, name);
	int rc;

	*why = NULL;
	if (bytes_open(apply) == -1)
		rc = err_set(err, EX_IOERR, "%s", apply->detail);
	else
		rc = copy_index(apply, apply->git_fd, "index", name, err);
	if (rc == 0)
		rc = content_refresh(&apply->content, file, err);
	if (rc == 0)
		rc = content_merge(&apply->content, file, apply->after,
		    apply->before, why, err);
	free(file);

	return rc;
}
