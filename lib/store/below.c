#include "store/below.h"
#include "base/alloc.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int
below_open(int folder, const char *path, int flags, mode_t mode)
{
	struct open_how how = {
		.flags = (unsigned)(flags | O_CLOEXEC),
		.mode = (flags & O_CREAT) != 0 ? mode : 0,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};

	return (int)syscall(SYS_openat2, folder, path, &how, sizeof(how));
}

int
below_done(int fd, int rc)
{
	int saved = errno;

	close(fd);
	errno = saved;

	return rc;
}

int
below_parent(int folder, const char *path, int flags, const char **name)
{
	const char *slash = strrchr(path, '/');
	char *parent;
	int fd, saved;

	*name = slash != NULL ? slash + 1 : path;
	if (slash == NULL)
		return below_open(folder, ".", flags | O_DIRECTORY, 0);
	parent = xstrndup(path, (size_t)(slash - path));
	fd = below_open(folder, parent, flags | O_DIRECTORY, 0);
	saved = errno;
	free(parent);
	errno = saved;

	return fd;
}

int
below_file(int folder, const char *path, int flags, mode_t mode)
{
	int fd = below_open(folder, path, flags | O_NONBLOCK, mode);
	struct stat st;

	if (fd == -1) {
		if (errno == ENXIO) /* a FIFO that nobody reads, a socket */
			errno = ENOTSUP;
		return -1;
	}
	if (fstat(fd, &st) == -1)
		return below_done(fd, -1);
	if (S_ISREG(st.st_mode))
		return fd;
	errno = S_ISDIR(st.st_mode) ? EISDIR : ENOTSUP;

	return below_done(fd, -1);
}
