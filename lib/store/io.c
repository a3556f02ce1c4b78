#include "store/io.h"
#include <errno.h>
#include <unistd.h>

#define IO_CHUNK (256u << 10)

ssize_t
io_read_at(int fd, off_t at, void *bytes, size_t len)
{
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = pread(fd, (char *)bytes + done, len - done,
		    at + (off_t)done);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

int
io_read_from(int fd, off_t at, struct buf *out)
{
	size_t room = 4096;
	ssize_t n;

	for (;;) {
		buf_reserve(out, room);
		n = io_read_at(fd, at, out->data + out->len, room);
		if (n == -1)
			return -1;
		out->len += (size_t)n;
		out->data[out->len] = '\0';
		if ((size_t)n < room)
			return 0;
		at += n;
		room = IO_CHUNK;
	}
}

int
io_write_at(int fd, off_t at, const void *bytes, size_t len)
{
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = pwrite(fd, (const char *)bytes + done, len - done,
		    at + (off_t)done);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		done += (size_t)n;
	}
	return 0;
}
