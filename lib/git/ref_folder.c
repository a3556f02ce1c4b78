#include "git/ref_folder.h"
#include "base/alloc.h"
#include "git/shared.h"
#include "store/below.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
make_one(int folder, const char *path, int shared)
{
	const char *name;
	int fd = below_parent(folder, path, O_PATH, &name);
	int rc;

	if (fd == -1)
		return -1;
	rc = mkdirat(fd, name, 0777);
	if (rc == 0)
		rc = shared_adjust_folder(shared, fd, name);
	else if (errno == EEXIST)
		rc = 0;

	return below_done(fd, rc);
}

int
ref_folder_make(int folder, const char *path, int shared)
{
	char *copy = xstrdup(path), *slash = copy;
	int rc = 0, saved;

	while (rc == 0 && (slash = strchr(slash, '/')) != NULL) {
		*slash = '\0';
		rc = make_one(folder, copy, shared);
		*slash++ = '/';
	}
	saved = errno;
	free(copy);
	errno = saved;

	return rc;
}

static int
clear_entries(DIR *dir)
{
	struct dirent *entry;
	int rc = 0;

	while (rc == 0 && (entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			rc = ref_folder_clear(dirfd(dir), entry->d_name);
	if (rc == -1 && (errno == ENOTDIR || errno == ELOOP))
		errno = ENOTEMPTY;

	return rc;
}

int
ref_folder_clear(int folder, const char *path)
{
	const char *name;
	int fd = below_parent(folder, path, O_RDONLY, &name), own, rc;
	DIR *dir;

	if (fd == -1)
		return -1;
	own = below_open(fd, name, O_RDONLY | O_DIRECTORY, 0);
	dir = own != -1 ? fdopendir(own) : NULL;
	if (dir == NULL)
		return below_done(fd, -1);
	rc = clear_entries(dir);
	closedir(dir); /* leaves errno alone */
	if (rc == 0)
		rc = unlinkat(fd, name, AT_REMOVEDIR);

	return below_done(fd, rc);
}

/* Its length without what must stay. */
static size_t
kept_length(const char *path, int keep)
{
	const char *at = path;

	while (keep-- > 0 && (at = strchr(at, '/')) != NULL)
		at++;

	return at != NULL ? (size_t)(at - path) : strlen(path);
}

void
ref_folder_drop(int folder, const char *path, int keep)
{
	size_t kept = kept_length(path, keep);
	char *copy = xstrdup(path), *slash;
	const char *name;
	int fd, rc = 0;

	while (rc == 0 && (slash = strrchr(copy, '/')) != NULL &&
	       (size_t)(slash - copy) >= kept) {
		*slash = '\0';
		fd = below_parent(folder, copy, O_PATH, &name);
		rc = fd == -1 ? -1 : unlinkat(fd, name, AT_REMOVEDIR);
		if (fd != -1)
			close(fd);
	}
	free(copy);
}
