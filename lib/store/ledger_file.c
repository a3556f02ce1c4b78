#include "store/ledger_file.h"
#include "base/alloc.h"
#include "json/jw.h"
#include "json/shape.h"
#include "store/chain.h"
#include "store/io.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD_SCHEMA "hermes.runtime_events.head/1"
#define TAIL_CHUNK (256 << 10) /* holds any line */
#define TRUST_MS (24 * 60 * 60 * INT64_C(1000))

static const char *const head_schemas[] = { HEAD_SCHEMA, NULL };

static const struct shape head_shape[] = {
	{ .name = "schema",
	    .type = JSON_STRING,
	    .flags = SHAPE_NEED,
	    .words = head_schemas },
	{ .name = "seq",
	    .type = JSON_NUMBER,
	    .flags = SHAPE_NEED,
	    .min = 0,
	    .max = JSON_INT_MAX },
	{ .name = "bytes",
	    .type = JSON_NUMBER,
	    .flags = SHAPE_NEED,
	    .min = 0,
	    .max = JSON_INT_MAX },
	{ .name = "hash",
	    .type = JSON_STRING,
	    .flags = SHAPE_NEED,
	    .valid = chain_is_hash,
	    .wanted = "64 hex digits" },
	{ .name = "mark", .type = JSON_STRING, .flags = SHAPE_NULL },
	{ .name = "verified_at", .type = JSON_STRING, .flags = SHAPE_NULL },
	{ .name = "boot_id", .type = JSON_STRING, .flags = SHAPE_NULL },
	{ 0 },
};

/* What cannot be read is not known. */
static void
seen_parse(const struct json *root, struct ledger_seen *seen)
{
	const char *mark = json_get_text(root, "mark");
	const char *at = json_get_text(root, "verified_at");
	const char *boot_id = json_get_text(root, "boot_id");

	*seen = (struct ledger_seen){ 0 };
	if (mark == NULL || strlen(mark) >= sizeof(seen->mark) || at == NULL ||
	    instant_parse(at, &seen->verified_at) == -1 || boot_id == NULL ||
	    strlen(boot_id) >= sizeof(seen->boot_id))
		return;
	strcpy(seen->mark, mark);
	strcpy(seen->boot_id, boot_id);
}

static int
head_parse(const struct buf *text, const char *place, struct ledger_file *file,
    struct err *err)
{
	struct ledger_head *head = &file->head;
	struct json *root = json_parse(buf_text(text), text->len, place, err);
	int rc;

	if (root == NULL)
		return -1;
	rc = shape_check(root, head_shape, 0, place, EX_DATAERR, err);
	if (rc == 0) {
		head->seq = json_get_int(root, "seq", 0);
		head->bytes = json_get_int(root, "bytes", 0);
		memcpy(head->hash, json_get_text(root, "hash"),
		    sizeof(head->hash));
		seen_parse(root, &file->seen);
	}
	json_free(root);
	if (rc == 0 && head->seq == 0 &&
	    (head->bytes != 0 || strcmp(head->hash, CHAIN_ZERO) != 0))
		return err_set(err, EX_DATAERR,
		    "%s: expected an empty head at seq 0, found bytes %" PRId64,
		    place, head->bytes);
	return rc;
}

/* 1: there is one; 0: none. */
static int
head_read(const struct state *state, struct ledger_file *file, struct err *err)
{
	struct buf text = { 0 }, place = { 0 };
	int rc;

	chain_start(&file->head);
	rc = state_read(state, LEDGER_HEAD_NAME, &text, err);
	if (rc == 1) {
		buf_printf(&place, "%s/" LEDGER_HEAD_NAME, state->path);
		if (head_parse(&text, buf_text(&place), file, err) == -1)
			rc = -1;
	}
	buf_clear(&text);
	buf_clear(&place);
	return rc;
}

int
ledger_file_put_head(const struct state *state, const struct ledger_head *head,
    const struct ledger_seen *seen, struct err *err)
{
	bool known = seen != NULL && *seen->mark != '\0';
	struct buf text = { 0 };
	struct jw jw;
	int rc;

	jw_init(&jw, &text);
	jw_object(&jw, NULL);
	jw_text(&jw, "schema", HEAD_SCHEMA);
	jw_int(&jw, "seq", head->seq);
	jw_int(&jw, "bytes", head->bytes);
	jw_text(&jw, "hash", head->hash);
	jw_text(&jw, "mark", known ? seen->mark : NULL);
	if (known)
		jw_instant(&jw, "verified_at", seen->verified_at);
	else
		jw_null(&jw, "verified_at");
	jw_text(&jw, "boot_id", known ? seen->boot_id : NULL);
	jw_end(&jw);
	buf_putc(&text, '\n');
	rc = state_write(state, LEDGER_HEAD_NAME, text.data, text.len, err);
	buf_clear(&text);
	return rc == -1 ? -1 : 0;
}

int
ledger_file_damage(const struct state *state, int64_t seq, const char *fault,
    struct err *err)
{
	return err_set(err, EX_DATAERR,
	    "%s/" LEDGER_NAME ": line %" PRId64 ": damaged: %s", state->path,
	    seq, fault);
}

static int
open_ledger(const struct state *state, int mode, struct ledger_file *file,
    struct err *err)
{
	struct stat st;

	file->fd = openat(state->fd, LEDGER_NAME,
	    mode | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (file->fd == -1 && errno == ENOENT)
		return 0;
	if (file->fd == -1 || fstat(file->fd, &st) == -1)
		return err_sys(err, EX_IOERR, "%s/" LEDGER_NAME, state->path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, EX_DATAERR,
		    "%s/" LEDGER_NAME ": expected a regular file", state->path);
	file->size = st.st_size;
	return 0;
}

/* The line that ends where the head ends is the one that the head names. */
static int
check_last(const struct state *state, const struct ledger_file *file,
    struct err *err)
{
	int64_t end = file->head.bytes, from = end - (LEDGER_LINE_MAX + 2);
	const char *fault = NULL, *line;
	struct ledger_head found = { 0 };
	char *text = NULL;
	struct buf bytes = { 0 };
	ssize_t len;

	if (from < 0)
		from = 0;
	buf_reserve(&bytes, (size_t)(end - from));
	text = bytes.data;
	len = io_read_at(file->fd, from, text, (size_t)(end - from));
	if (len == -1) {
		buf_clear(&bytes);
		return err_sys(err, EX_IOERR, "%s/" LEDGER_NAME, state->path);
	}
	if (len < end - from || len == 0 || text[len - 1] != '\n') {
		fault = "does not end where the head says";
	} else {
		line = memrchr(text, '\n', (size_t)len - 1);
		line = line == NULL ? text : line + 1;
		if (line == text && from > 0)
			fault = "too long";
		else
			fault = chain_alone(&found, line,
			    (size_t)(text + len - 1 - line));
	}
	if (fault == NULL && (found.seq != file->head.seq ||
				 strcmp(found.hash, file->head.hash) != 0))
		fault = "is not the line that " LEDGER_HEAD_NAME " names";
	buf_clear(&bytes);
	return fault == NULL
		   ? 0
		   : ledger_file_damage(state, file->head.seq, fault, err);
}

static int
check_head(const struct state *state, const struct ledger_file *file,
    struct err *err)
{
	if (!file->has_head && file->size > 0)
		return err_set(err, EX_DATAERR,
		    "%s/" LEDGER_HEAD_NAME
		    ": missing beside a ledger of %jd bytes",
		    state->path, (intmax_t)file->size);
	if (file->size < file->head.bytes)
		return err_set(err, EX_DATAERR,
		    "%s/" LEDGER_NAME ": expected at least %" PRId64
		    " bytes, found %jd",
		    state->path, file->head.bytes, (intmax_t)file->size);
	return file->head.seq == 0 ? 0 : check_last(state, file, err);
}

int
ledger_file_open(const struct state *state, int mode, struct ledger_file *file,
    struct err *err)
{
	int rc;

	/* The head first: the ledger only grows, so it cannot lag behind. */
	*file = (struct ledger_file){ .fd = -1 };
	rc = head_read(state, file, err);
	if (rc == -1 || open_ledger(state, mode, file, err) == -1)
		goto fail;
	/* A first append may have run between the two. */
	if (rc == 0 && file->size > 0)
		rc = head_read(state, file, err);
	file->has_head = rc == 1;
	if (rc == -1 || check_head(state, file, err) == -1)
		goto fail;
	return 0;
fail:
	ledger_file_close(file);
	return -1;
}

void
ledger_file_close(struct ledger_file *file)
{
	if (file->fd != -1)
		close(file->fd);
	file->fd = -1;
}

void
ledger_file_mark(const struct ledger_file *file, char mark[LEDGER_MARK_SIZE])
{
	struct stat st;

	*mark = '\0';
	if (file->fd == -1 || fstat(file->fd, &st) == -1)
		return;
	snprintf(mark, LEDGER_MARK_SIZE, "%ju:%ju:%jd.%09ld",
	    (uintmax_t)st.st_dev, (uintmax_t)st.st_ino,
	    (intmax_t)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
}

bool
ledger_file_trusted(const struct ledger_file *file, instant now,
    const char *boot_id)
{
	const struct ledger_seen *seen = &file->seen;
	char mark[LEDGER_MARK_SIZE];

	ledger_file_mark(file, mark);
	return *mark != '\0' && strcmp(mark, seen->mark) == 0 &&
	       strcmp(boot_id, seen->boot_id) == 0 &&
	       seen->verified_at <= now && now - seen->verified_at < TRUST_MS;
}

/* The id of the line that starts at `line`, cut out in place; NULL: none. */
static char *
cut_id(char *line, char *end, bool *escaped)
{
	size_t skip = sizeof(LEDGER_LINE_START) - 1;
	char *id = line + skip, *at;

	*escaped = false;
	if ((size_t)(end - line) < skip ||
	    memcmp(line, LEDGER_LINE_START, skip) != 0)
		return NULL;
	for (at = id; at < end && *at != '"'; at++)
		if (*at == '\\') {
			*escaped = true;
			at++;
		}
	if (at >= end)
		return NULL;
	*at = '\0';
	return id;
}

static int
each_escaped(const char *id, void (*each)(void *ctx, const char *id), void *ctx)
{
	struct buf quoted = { 0 };
	struct json *value;
	struct err err;

	buf_printf(&quoted, "\"%s\"", id);
	value = json_parse(quoted.data, quoted.len, "id", &err);
	if (value != NULL)
		each(ctx, json_text(value));
	buf_clear(&quoted);
	json_free(value);
	return value == NULL ? -1 : 0;
}

/* The ids of the whole lines in a chunk; how many bytes those are, or -1. */
static ssize_t
each_id(char *chunk, size_t len, void (*each)(void *ctx, const char *id),
    void *ctx)
{
	char *line = chunk, *end = chunk + len, *newline, *id;
	bool escaped;

	while (line < end &&
	       (newline = memchr(line, '\n', (size_t)(end - line))) != NULL) {
		id = cut_id(line, newline, &escaped);
		if (id == NULL)
			return -1;
		if (!escaped)
			each(ctx, id);
		else if (each_escaped(id, each, ctx) == -1)
			return -1;
		line = newline + 1;
	}
	return line - chunk;
}

/* Where the first line begins that does so in the 8 MiB before `end`. */
static int64_t
tail_start(const struct ledger_file *file, int64_t end, char *chunk)
{
	int64_t from = end - LEDGER_TAIL_BYTES;
	const char *newline;
	ssize_t len;

	if (from <= 0)
		return 0;
	len = io_read_at(file->fd, from, chunk, TAIL_CHUNK);
	if (len == -1)
		return -1;
	newline = memchr(chunk, '\n', (size_t)len);
	return newline == NULL ? end : from + (newline - chunk) + 1;
}

int
ledger_file_ids(const struct state *state, const struct ledger_file *file,
    int64_t end, void (*each)(void *ctx, const char *id), void *ctx,
    struct err *err)
{
	char *chunk = xcalloc(1, TAIL_CHUNK);
	int64_t at = tail_start(file, end, chunk);
	ssize_t len = at == -1 ? -1 : 0, used = 1;

	while (len != -1 && used > 0 && at < end) {
		len = io_read_at(file->fd, at, chunk,
		    end - at < TAIL_CHUNK ? (size_t)(end - at) : TAIL_CHUNK);
		if (len == -1)
			break;
		used = each_id(chunk, (size_t)len, each, ctx);
		at += used > 0 ? used : 0;
	}
	free(chunk);
	if (len == -1)
		return err_sys(err, EX_IOERR, "%s/" LEDGER_NAME, state->path);
	if (used <= 0)
		return err_set(err, EX_DATAERR,
		    "%s/" LEDGER_NAME
		    ": damaged: no line of the ledger at byte %" PRId64,
		    state->path, at);
	return 0;
}
