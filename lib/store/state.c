#include "store/state.h"
#include "base/alloc.h"
#include "store/io.h"
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_NAME ".cycle.lock"

int
state_open(struct state *state, const char *path, bool create, struct err *err)
{
	struct stat st;

	*state = (struct state)STATE_INIT;
	if (create && mkdir(path, 0700) == -1 && errno != EEXIST)
		return err_sys(err, EX_CONFIG, "%s", path);
	state->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (state->fd == -1)
		return err_sys(err, EX_CONFIG, "%s", path);
	state->path = xstrdup(path);
	if (fstat(state->fd, &st) == -1) {
		err_sys(err, EX_IOERR, "%s", path);
	} else if (st.st_uid != geteuid()) {
		err_set(err, EX_CONFIG,
		    "%s: expected a folder of ours, found "
		    "owner %ju",
		    path, (uintmax_t)st.st_uid);
	} else if (st.st_mode & (S_IWGRP | S_IWOTH)) {
		err_set(err, EX_CONFIG,
		    "%s: others may write to it, found "
		    "mode %04o",
		    path, (unsigned)(st.st_mode & 07777));
	} else {
		return 0;
	}
	state_close(state);
	return -1;
}

/* The descriptor in HERMES_LOCK_FD where it is this STATE's lock and ours. */
static bool
lock_inherited(const struct state *state)
{
	const char *text = getenv("HERMES_LOCK_FD");
	struct stat given, here;
	char *end;
	long fd;

	if (text == NULL || *text < '0' || *text > '9')
		return false;
	errno = 0;
	fd = strtol(text, &end, 10);
	if (errno != 0 || *end != '\0' || fd > INT32_MAX)
		return false;
	return fstat((int)fd, &given) == 0 &&
	       fstatat(state->fd, LOCK_NAME, &here, AT_SYMLINK_NOFOLLOW) == 0 &&
	       given.st_dev == here.st_dev && given.st_ino == here.st_ino &&
	       flock((int)fd, LOCK_EX | LOCK_NB) == 0 &&
	       fcntl((int)fd, F_SETFD, FD_CLOEXEC) == 0;
}

int
state_lock(struct state *state, struct err *err)
{
	int fd;

	if (state->lock_fd != -1 || lock_inherited(state))
		return 0;
	fd = openat(state->fd, LOCK_NAME,
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd == -1)
		return err_sys(err, EX_IOERR, "%s/" LOCK_NAME, state->path);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		state->lock_fd = fd;
		return 0;
	}
	if (errno == EWOULDBLOCK)
		err_set(err, EX_TEMPFAIL,
		    "%s/" LOCK_NAME ": busy: another cycle is running",
		    state->path);
	else
		err_sys(err, EX_IOERR, "%s/" LOCK_NAME, state->path);
	close(fd);
	return -1;
}

/* One file name: not empty, not hidden behind dots, no slash. */
static bool
is_name(const char *name, size_t len)
{
	return len > 0 && memchr(name, '/', len) == NULL &&
	       !(len <= 2 && strncmp(name, "..", len) == 0);
}

/* Cut "folder/file" in two; `*file` is all of it where there is no folder. */
static int
split(const char *name, size_t *folder_len, const char **file, struct err *err)
{
	const char *slash = strchr(name, '/');

	*folder_len = slash == NULL ? 0 : (size_t)(slash - name);
	*file = slash == NULL ? name : slash + 1;
	if ((slash != NULL && !is_name(name, *folder_len)) ||
	    !is_name(*file, strlen(*file)))
		return err_set(err, EX_SOFTWARE,
		    "state: expected a file name, found \"%s\"", name);
	return 0;
}

int
state_read(const struct state *state, const char *name, struct buf *out,
    struct err *err)
{
	const char *file;
	size_t folder_len;
	int fd, rc;

	if (split(name, &folder_len, &file, err) == -1)
		return -1;
	fd = openat(state->fd, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1 && errno == ENOENT)
		return 0;
	if (fd == -1)
		return err_sys(err, EX_IOERR, "%s/%s", state->path, name);
	rc = io_read_from(fd, 0, out);
	if (rc == -1)
		err_sys(err, EX_IOERR, "%s/%s", state->path, name);
	close(fd);
	return rc == -1 ? -1 : 1;
}

int
state_folder(const struct state *state, const char *name, struct err *err)
{
	int fd;

	if (mkdirat(state->fd, name, 0700) == 0) {
		if (fsync(state->fd) == -1)
			return err_sys(err, EX_IOERR, "%s", state->path);
	} else if (errno != EEXIST) {
		return err_sys(err, EX_IOERR, "%s/%s", state->path, name);
	}
	fd = openat(state->fd, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return err_sys(err, EX_IOERR, "%s/%s", state->path, name);
	return fd;
}

/* Does `file` hold these very bytes already? */
static bool
same_bytes(int folder, const char *file, const void *bytes, size_t len)
{
	struct buf old = { 0 };
	struct stat st;
	bool same = false;
	int fd;

	fd = openat(folder, file,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size == (off_t)len && io_read_from(fd, 0, &old) == 0)
		same = old.len == len &&
		       (len == 0 || memcmp(old.data, bytes, len) == 0);
	close(fd);
	buf_clear(&old);
	return same;
}

/* A new empty file; what a killed writer left under the name is gone. */
static int
open_new(int folder, const char *name)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(folder, name, flags, 0600);

	if (fd == -1 && errno == EEXIST && unlinkat(folder, name, 0) == 0)
		fd = openat(folder, name, flags, 0600);
	return fd;
}

/* Write, sync and close `fd`, whatever happens. */
static int
fill(int fd, const void *bytes, size_t len)
{
	int rc = 0, code = 0;

	if (io_write_at(fd, 0, bytes, len) == -1 || fsync(fd) == -1) {
		code = errno;
		rc = -1;
	}
	if (close(fd) == -1 && rc == 0)
		return -1;
	errno = code;
	return rc;
}

static int
replace(int folder, const char *file, const void *bytes, size_t len)
{
	char *temporary = xasprintf(".%s.new", file);
	int fd, rc, code;

	fd = open_new(folder, temporary);
	rc = fd == -1 ? -1 : fill(fd, bytes, len);
	if (rc == 0)
		rc = renameat(folder, temporary, folder, file);
	if (rc == 0)
		rc = fsync(folder);
	code = errno;
	if (rc == -1 && fd != -1)
		unlinkat(folder, temporary, 0);
	free(temporary);
	errno = code;
	return rc;
}

int
state_write(const struct state *state, const char *name, const void *bytes,
    size_t len, struct err *err)
{
	const char *file;
	size_t folder_len;
	int folder = state->fd, rc;
	char *parent;

	if (split(name, &folder_len, &file, err) == -1)
		return -1;
	if (folder_len > 0) {
		parent = xstrndup(name, folder_len);
		folder = state_folder(state, parent, err);
		free(parent);
		if (folder == -1)
			return -1;
	}
	if (same_bytes(folder, file, bytes, len)) {
		rc = 0;
	} else {
		rc = replace(folder, file, bytes, len) == -1 ? -1 : 1;
		if (rc == -1)
			err_sys(err, EX_IOERR, "%s/%s", state->path, name);
	}
	if (folder != state->fd)
		close(folder);
	return rc;
}

void
state_close(struct state *state)
{
	if (state->lock_fd != -1)
		close(state->lock_fd);
	if (state->fd != -1)
		close(state->fd);
	free(state->path);
	*state = (struct state)STATE_INIT;
}
