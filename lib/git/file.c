#include "git/file.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
read_all(int fd, size_t size, struct buf *out)
{
	ssize_t got;

	buf_reset(out);
	buf_reserve(out, size + 1);
	while (out->len < size) {
		got = read(fd, out->data + out->len, size - out->len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		out->len += (size_t)got;
	}
	out->data[out->len] = '\0';

	return 1;
}

int
file_read_binary(const char *path, size_t max, struct buf *out)
{
	struct stat info;
	int fd, rc;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
	if (fstat(fd, &info) == -1)
		rc = -1;
	else if (S_ISDIR(info.st_mode))
		rc = 0;
	else if (!S_ISREG(info.st_mode) || (size_t)info.st_size > max)
		rc = -1;
	else
		rc = read_all(fd, (size_t)info.st_size, out);
	close(fd);

	return rc;
}

int
file_read(const char *path, size_t max, struct buf *out)
{
	int rc = file_read_binary(path, max, out);

	return rc == 1 && memchr(out->data, '\0', out->len) ? -1 : rc;
}
