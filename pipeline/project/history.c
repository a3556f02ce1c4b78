#include "history.h"
#include "base/alloc.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
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

/* What stays of the file, then the lines, in one go. */
static int
rewrite(const struct state *state, const struct history *history,
    struct err *err)
{
	size_t kept = (size_t)(history->mark.bytes - history->drop_bytes);
	struct buf text = { 0 };
	int fd, done = 1;

	if (kept > 0) {
		fd = open_history(state, O_RDONLY);
		if (fd == -1)
			return err_sys(err, EX_IOERR, HISTORY_NAME);
		buf_reserve(&text, kept);
		done = read_at(fd, text.data, kept, history->drop_bytes, err);
		text.len = kept;
		close(fd);
		if (done == 0)
			err_set(err, EX_IOERR, HISTORY_NAME ": cut short");
	}
	buf_add(&text, history->lines.data, history->lines.len);
	if (done == 1)
		done = state_write(state, HISTORY_NAME, buf_text(&text),
			   text.len, err) == -1
			   ? -1
			   : 1;
	buf_clear(&text);
	return done == 1 ? 0 : -1;
}

int
history_write(const struct state *state, struct history *history,
    struct err *err)
{
	struct history_mark *mark = &history->mark;
	bool anew = mark->bytes == 0 || history->drop_bytes > 0;

	if ((anew ? rewrite(state, history, err)
		  : append(state, mark, &history->lines, err)) == -1)
		return -1;
	mark->bytes -= history->drop_bytes;
	mark->key_bytes -= history->drop_bytes;
	history->drop_bytes = 0;
	move_mark(mark, &history->lines);
	buf_reset(&history->lines);
	return 0;
}

/* The file goes whole, and what of the lines is before the last key line. */
static void
drop_lines(struct history *history)
{
	struct buf *lines = &history->lines;
	size_t cut = (size_t)(history->drop_bytes - history->mark.bytes);

	memmove(lines->data, lines->data + cut, lines->len - cut);
	lines->len -= cut;
	history->mark.key_bytes -= history->drop_bytes;
	history->mark.bytes = 0;
	history->mark.line_bytes = 0;
	history->drop_bytes = 0;
}

void
history_key(struct history *history, size_t start)
{
	struct history_mark *mark = &history->mark;

	history->drop_bytes = mark->key_bytes;
	mark->key_bytes = mark->bytes + (int64_t)start;
	if (history->drop_bytes > 0 && history->drop_bytes >= mark->bytes)
		drop_lines(history);
}

void
history_clear(struct history *history)
{
	buf_clear(&history->lines);
	*history = (struct history){ 0 };
}
