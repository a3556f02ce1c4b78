#include "folder.h"
#include "base/alloc.h"
#include "store/below.h"
#include "store/io.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int
folder_parent(int folder, const char *path, const char **name)
{
	return below_parent(folder, path, O_PATH, name);
}

int
folder_open(int folder, const char *path)
{
	return below_open(folder, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK, 0);
}

int
folder_lstat(int folder, const char *path, struct stat *st)
{
	const char *name;
	int fd = folder_parent(folder, path, &name);

	if (fd == -1)
		return -1;

	return below_done(fd, fstatat(fd, name, st, AT_SYMLINK_NOFOLLOW));
}

int
folder_put(int folder, const char *from, int tree, const char *path)
{
	const char *name;
	int fd = folder_parent(tree, path, &name);

	if (fd == -1)
		return -1;

	return below_done(fd,
	    renameat2(folder, from, fd, name, RENAME_NOREPLACE));
}

int
folder_take(int tree, const char *path, int folder, const char *to)
{
	const char *name;
	int fd = folder_parent(tree, path, &name);

	if (fd == -1)
		return -1;

	return below_done(fd,
	    renameat2(fd, name, folder, to, RENAME_NOREPLACE));
}

int
folder_swap(int folder, const char *name, int tree, const char *path)
{
	const char *last;
	int fd = folder_parent(tree, path, &last);

	if (fd == -1)
		return -1;

	return below_done(fd,
	    renameat2(folder, name, fd, last, RENAME_EXCHANGE));
}

int
folder_mkdir(int tree, const char *path, mode_t mode)
{
	const char *name;
	int fd = folder_parent(tree, path, &name);

	if (fd == -1)
		return -1;

	return below_done(fd, mkdirat(fd, name, mode));
}

int
folder_rmdir(int tree, const char *path)
{
	const char *name;
	int fd = folder_parent(tree, path, &name);

	if (fd == -1)
		return -1;

	return below_done(fd, unlinkat(fd, name, AT_REMOVEDIR));
}

int
folder_sync_parent(int tree, const char *path)
{
	const char *name;
	int fd = below_parent(tree, path, O_RDONLY, &name);

	if (fd == -1)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP
			   ? 0
			   : -1;

	return below_done(fd, fsync(fd));
}

int
folder_own(int folder, const char *name, bool make, struct err *err)
{
	struct stat st;
	int fd;

	if (make && mkdirat(folder, name, 0700) == -1 && errno != EEXIST)
		return err_sys(err, EX_IOERR, "%s", name);
	fd = openat(folder, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return err_sys(err,
		    errno == ENOTDIR || errno == ELOOP ? EX_NOPERM : EX_IOERR,
		    "%s", name);
	if (fstat(fd, &st) == -1 || st.st_uid != geteuid() ||
	    (st.st_mode & 022) != 0) {
		close(fd);
		return err_set(err, EX_NOPERM,
		    "%s: expected a folder of ours that no one else may "
		    "write to",
		    name);
	}

	return fd;
}

#define WALK_DEPTH_MAX 256

struct walk {
	int (*each)(void *ctx, const char *path, bool is_folder);
	void *ctx;
};

static int walk_folder(const struct walk *walk, int fd, const char *path,
    int depth);

static int
walk_entry(const struct walk *walk, int dir, const char *folder,
    const char *name, int depth)
{
	char *path = xasprintf("%s/%s", folder, name);
	int fd, rc;

	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd != -1)
		rc = walk_folder(walk, fd, path, depth + 1);
	else if (errno == ENOTDIR || errno == ELOOP)
		rc = walk->each(walk->ctx, path, false);
	else
		rc = errno == ENOENT ? 0 : -1;
	free(path);

	return rc;
}

/* `fd` is given away. */
static int
walk_folder(const struct walk *walk, int fd, const char *path, int depth)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	int rc = 0, saved;

	if (dir == NULL)
		return below_done(fd, -1);
	if (depth > WALK_DEPTH_MAX) {
		errno = ENAMETOOLONG;
		rc = -1;
	}
	while (rc == 0 && (entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			rc = walk_entry(walk, dirfd(dir), path, entry->d_name,
			    depth);
	saved = errno;
	closedir(dir);
	errno = saved;

	return rc == 0 ? walk->each(walk->ctx, path, true) : rc;
}

int
folder_walk(int folder, const char *path,
    int (*each)(void *ctx, const char *path, bool is_folder), void *ctx)
{
	struct walk walk = { each, ctx };
	int fd = folder_open(folder, path);

	return fd == -1 ? -1 : walk_folder(&walk, fd, path, 0);
}

static int
remove_entries(int fd)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	int rc = 0;

	if (dir == NULL)
		return below_done(fd, -1);
	while (rc == 0 && (entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			rc = folder_remove(dirfd(dir), entry->d_name);
	closedir(dir); /* leaves errno alone */

	return rc;
}

static int
remove_once(int folder, const char *name)
{
	int fd;

	if (unlinkat(folder, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -1;
	fd = openat(folder, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1 || remove_entries(fd) == -1)
		return -1;

	return unlinkat(folder, name, AT_REMOVEDIR);
}

/* A folder alone: a file's modes may be those of a name elsewhere. */
static int
make_writable(int folder, const char *name)
{
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    !S_ISDIR(st.st_mode)) /* errno stays: the folder above is next */
		return -1;

	return fchmodat(folder, name, 0700, AT_SYMLINK_NOFOLLOW);
}

int
folder_remove(int folder, const char *name)
{
	if (remove_once(folder, name) == 0)
		return 0;
	if (errno != EACCES)
		return -1;

	return make_writable(folder, name) == 0 ? remove_once(folder, name)
						: -1;
}

int
folder_write(int folder, const char *name, const void *bytes, size_t len,
    struct err *err)
{
	int fd = openat(folder, name,
	    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd == -1)
		return err_sys(err, EX_IOERR, "%s", name);
	if (io_write_at(fd, 0, bytes, len) == -1 || fsync(fd) == -1) {
		err_sys(err, EX_IOERR, "%s", name);
		close(fd);
		return -1;
	}
	if (close(fd) == -1)
		return err_sys(err, EX_IOERR, "%s", name);

	return 0;
}

uint64_t
folder_inode(int folder, const char *name)
{
	struct stat st;

	return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? st.st_ino
								    : 0;
}

bool
folder_same(int one, const char *name, int two, const char *other)
{
	struct stat a, b;

	return fstatat(one, name, &a, AT_SYMLINK_NOFOLLOW) == 0 &&
	       fstatat(two, other, &b, AT_SYMLINK_NOFOLLOW) == 0 &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}
