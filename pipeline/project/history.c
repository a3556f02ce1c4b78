#include "history.h"
#include "base/alloc.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
open_history(const struct state *state, int flags)
{
	return openat(state->fd, HISTORY_NAME, flags | O_CLOEXEC | O_NOFOLLOW);
}

static void
line_hash(const char *line, size_t len, char out[HASH_HEX_SIZE])
{
	struct hash hash;

	hash_init(&hash);
	hash_add(&hash, line, len);
	hash_hex(&hash, out);
}

/* All of `len` bytes at `at`; 0 where the file ends before. */
static int
read_at(int fd, char *to, size_t len, int64_t at, struct err *err)
{
	ssize_t got;

	while (len > 0) {
		got = pread(fd, to, len, at);
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			return err_sys(err, EX_IOERR, HISTORY_NAME);
		if (got == 0)
			return 0;
		to += got;
		at += got;
		len -= (size_t)got;
	}
	return 1;
}

static int
check_line(int fd, const struct history_mark *mark, struct err *err)
{
	struct buf line = { 0 };
	char hash[HASH_HEX_SIZE];
	size_t len = (size_t)mark->line_bytes;
	int got;

	buf_reserve(&line, len);
	got = read_at(fd, line.data, len, mark->bytes - mark->line_bytes, err);
	if (got == 1) {
		line_hash(line.data, len, hash);
		got = strcmp(hash, mark->hash) == 0;
	}
	buf_clear(&line);
	return got;
}

int
history_check(const struct state *state, const struct history_mark *mark,
    struct err *err)
{
	struct stat st;
	int fd, ok;

	if (mark->bytes == 0)
		return 1;
	fd = open_history(state, O_RDONLY);
	if (fd == -1 && (errno == ENOENT || errno == ELOOP))
		return 0;
	if (fd == -1)
		return err_sys(err, EX_IOERR, HISTORY_NAME);
	if (fstat(fd, &st) == -1)
		ok = err_sys(err, EX_IOERR, HISTORY_NAME);
	else if (!S_ISREG(st.st_mode) || st.st_size < mark->bytes ||
		 mark->line_bytes > mark->bytes)
		ok = 0;
	else
		ok = check_line(fd, mark, err);
	close(fd);
	return ok;
}

static int
write_all(int fd, const char *bytes, size_t len, int64_t at)
{
	ssize_t put;

	while (len > 0) {
		put = pwrite(fd, bytes, len, at);
		if (put == -1 && errno == EINTR)
			continue;
		if (put == -1)
			return -1;
		bytes += put;
		at += put;
		len -= (size_t)put;
	}
	return 0;
}

static int
append(const struct state *state, const struct history_mark *mark,
    const struct buf *lines, struct err *err)
{
	struct stat st;
	int fd = open_history(state, O_WRONLY);
	int done = 0;

	if (fd == -1)
		return err_sys(err, EX_IOERR, HISTORY_NAME);
	if (fstat(fd, &st) == -1 ||
	    (st.st_size != mark->bytes && ftruncate(fd, mark->bytes) == -1) ||
	    write_all(fd, lines->data, lines->len, mark->bytes) == -1)
		done = err_sys(err, EX_IOERR, HISTORY_NAME);
	else if ((lines->len > 0 || st.st_size != mark->bytes) &&
		 fdatasync(fd) == -1)
		done = err_sys(err, EX_IOERR, HISTORY_NAME);
	if (close(fd) == -1 && done == 0)
		done = err_sys(err, EX_IOERR, HISTORY_NAME);
	return done;
}

static void
move_mark(struct history_mark *mark, const struct buf *lines)
{
	const char *start;

	mark->bytes += (int64_t)lines->len;
	if (lines->len == 0)
		return;
	start = memrchr(lines->data, '\n', lines->len - 1);
	start = start != NULL ? start + 1 : lines->data;
	mark->line_bytes = lines->data + lines->len - start;
	line_hash(start, (size_t)mark->line_bytes, mark->hash);
}

int
history_append(const struct state *state, struct history_mark *mark,
    const struct buf *lines, struct err *err)
{
	if (mark->bytes > 0 ? append(state, mark, lines, err) == -1
			    : state_write(state, HISTORY_NAME, buf_text(lines),
				  lines->len, err) == -1)
		return -1;
	move_mark(mark, lines);
	return 0;
}
