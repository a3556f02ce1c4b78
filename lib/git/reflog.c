#include "git/reflog.h"
#include "base/alloc.h"
#include "git/ref_folder.h"
#include "git/shared.h"
#include "store/below.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define COMMITTER "Hermes <hermes@localhost>"

/* May one be begun? */
static bool
is_kept(const struct ref_store *store, const char *name)
{
	static const char *const folders[] = { "refs/heads/", "refs/remotes/",
		"refs/notes/" };
	size_t i;

	if (store->logs != REF_LOGS_NORMAL)
		return store->logs == REF_LOGS_ALWAYS;
	for (i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		if (strncmp(name, folders[i], strlen(folders[i])) == 0)
			return true;

	return strcmp(name, "HEAD") == 0;
}

static int
begin(const struct ref_store *store, int folder, const char *path)
{
	int flags = O_WRONLY | O_APPEND | O_CREAT, fd;

	if (ref_folder_make(folder, path, store->shared) == -1)
		return -1;
	fd = below_file(folder, path, flags, 0666);
	if (fd == -1 && errno == EISDIR && ref_folder_clear(folder, path) == 0)
		fd = below_file(folder, path, flags, 0666);

	return fd;
}

/* -1 and errno, which is 0 where none is to be kept. */
static int
open_log(const struct ref_store *store, const char *name, const char *path)
{
	int folder = ref_store_folder(store, name), fd;

	if (is_kept(store, name))
		return begin(store, folder, path);
	fd = below_file(folder, path, O_WRONLY | O_APPEND, 0);
	if (fd == -1 &&
	    (errno == ENOENT || errno == ENOTDIR || errno == EISDIR))
		errno = 0;

	return fd;
}

static void
put_line(struct buf *line, const char *from, const char *to,
    const char *message)
{
	time_t now = time(NULL);
	struct tm here;
	long minutes;

	localtime_r(&now, &here);
	minutes = labs(here.tm_gmtoff) / 60;
	buf_printf(line, "%s %s %s %lld %c%02ld%02ld\t%s\n", from, to,
	    COMMITTER, (long long)now, here.tm_gmtoff < 0 ? '-' : '+',
	    minutes / 60, minutes % 60, message);
}

/* In one write: others append, too. */
static int
put(int fd, const struct buf *line)
{
	ssize_t put = write(fd, line->data, line->len);

	if (put >= 0 && (size_t)put != line->len)
		errno = ENOSPC;

	return put == (ssize_t)line->len ? 0 : -1;
}

int
reflog_add(const struct ref_store *store, const char *name, const char *from,
    const char *to, const char *message, struct err *err)
{
	char *path = xasprintf("logs/%s", name);
	struct buf line = { 0 };
	int fd = open_log(store, name, path), rc = 0;

	if (fd == -1) {
		rc = errno == 0 ? 0 : ref_store_err(path, err);
	} else {
		put_line(&line, from, to, message);
		if (shared_adjust(store->shared, fd) == -1 ||
		    put(fd, &line) == -1)
			rc = ref_store_err(path, err);
		close(fd);
	}
	buf_clear(&line);
	free(path);

	return rc;
}

int
reflog_drop(const struct ref_store *store, const char *name)
{
	int folder = ref_store_folder(store, name), fd, rc = -1, saved;
	char *path = xasprintf("logs/%s", name);
	const char *last;

	fd = below_parent(folder, path, O_PATH, &last);
	if (fd != -1)
		rc = below_done(fd, unlinkat(fd, last, 0));
	if (rc == -1 &&
	    (errno == ENOENT || errno == ENOTDIR || errno == EISDIR))
		rc = 0;
	saved = errno;
	if (rc == 0)
		ref_folder_drop(folder, path, 3);
	free(path);
	errno = saved;

	return rc;
}
