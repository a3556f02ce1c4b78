#include "store/ledger.h"
#include "base/alloc.h"
#include "store/chain.h"
#include "store/io.h"
#include "store/ledger_file.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#define WALK_CHUNK (1u << 20) /* holds any line */

struct walk {
	const struct state *state;
	int (*each)(void *ctx, const char *line, size_t len, int64_t seq,
	    struct err *err);
	void *ctx;
	bool stopped;
};

int
ledger_head(const struct state *state, struct ledger_head *head,
    struct err *err)
{
	struct ledger_file file;

	if (ledger_file_open(state, O_RDONLY, &file, err) == -1)
		return -1;
	*head = file.head;
	ledger_file_close(&file);
	return 0;
}

static int
take_any(void *ctx, const char *line, size_t len, int64_t seq, struct err *err)
{
	(void)ctx, (void)line, (void)len, (void)seq, (void)err;
	return 0;
}

int
ledger_head_verified(const struct state *state, struct ledger_head *head,
    instant now, const char *boot_id, struct err *err)
{
	struct ledger_file file;
	bool trusted;

	if (ledger_file_open(state, O_RDONLY, &file, err) == -1)
		return -1;
	*head = file.head;
	trusted = ledger_file_trusted(&file, now, boot_id);
	ledger_file_close(&file);
	if (trusted)
		return 0;
	*head = (struct ledger_head){ 0 };
	return ledger_walk(state, head, take_any, NULL, err);
}

int
ledger_above(const struct state *state, int64_t *bytes, struct err *err)
{
	struct ledger_file file;

	if (ledger_file_open(state, O_RDONLY, &file, err) == -1)
		return -1;
	*bytes = file.size - file.head.bytes;
	ledger_file_close(&file);
	return 0;
}

static int
walk_line(struct walk *walk, struct ledger_head *at, char *line, size_t len,
    struct err *err)
{
	struct ledger_head next = *at;
	const char *fault = chain_step(&next, line, len);
	int rc;

	if (fault != NULL)
		return ledger_file_damage(walk->state, at->seq + 1, fault, err);
	line[len] = '\0';
	rc = walk->each(walk->ctx, line, len, next.seq, err);
	if (rc == 0)
		*at = next;
	walk->stopped = rc == 1;
	return rc == -1 ? -1 : 0;
}

/* The whole lines of one chunk; at least one, or it is damage. */
static int
walk_chunk(struct walk *walk, struct ledger_head *at, char *text, size_t len,
    struct err *err)
{
	char *line = text, *end = text + len, *newline;

	while (line < end && !walk->stopped) {
		newline = memchr(line, '\n', (size_t)(end - line));
		if (newline == NULL && line == text)
			return ledger_file_damage(walk->state, at->seq + 1,
			    "has no end", err);
		if (newline == NULL)
			break;
		if (walk_line(walk, at, line, (size_t)(newline - line), err) ==
		    -1)
			return -1;
		line = newline + 1;
	}
	return 0;
}

static int
walk_file(struct walk *walk, const struct ledger_file *file,
    struct ledger_head *at, struct err *err)
{
	char *chunk = xcalloc(1, WALK_CHUNK);
	int64_t left;
	ssize_t n;
	int rc = 0;

	while (rc == 0 && !walk->stopped && at->bytes < file->head.bytes) {
		left = file->head.bytes - at->bytes;
		n = io_read_at(file->fd, at->bytes, chunk,
		    left < WALK_CHUNK ? (size_t)left : WALK_CHUNK);
		if (n == -1)
			rc = err_sys(err, EX_IOERR, "%s/" LEDGER_NAME,
			    walk->state->path);
		else if (n == 0)
			rc = ledger_file_damage(walk->state, at->seq + 1,
			    "is missing", err);
		else
			rc = walk_chunk(walk, at, chunk, (size_t)n, err);
	}
	free(chunk);
	return rc;
}

int
ledger_walk(const struct state *state, struct ledger_head *from,
    int (*each)(void *ctx, const char *line, size_t len, int64_t seq,
	struct err *err),
    void *ctx, struct err *err)
{
	struct walk walk = { state, each, ctx, false };
	struct ledger_file file;
	bool whole = from->seq == 0 && from->bytes == 0;
	int rc;

	if (whole)
		chain_start(from);
	if (ledger_file_open(state, O_RDONLY, &file, err) == -1)
		return -1;
	if (whole && file.fd != -1) /* ask the disk, not memory */
		posix_fadvise(file.fd, 0, 0, POSIX_FADV_DONTNEED);
	rc = walk_file(&walk, &file, from, err);
	if (rc == 0 && !walk.stopped &&
	    (from->seq != file.head.seq || from->bytes != file.head.bytes ||
		strcmp(from->hash, file.head.hash) != 0))
		rc = ledger_file_damage(state, file.head.seq,
		    "is not the line that " LEDGER_HEAD_NAME " names", err);
	ledger_file_close(&file);
	return rc;
}

static void
keep_id(void *ctx, const char *id)
{
	buf_add(ctx, id, strlen(id) + 1);
}

int
ledger_ids_read(const struct state *state, struct ledger_ids *ids,
    struct err *err)
{
	struct ledger_file file;
	char *id, *end;
	int rc;

	*ids = (struct ledger_ids){ 0 };
	if (ledger_file_open(state, O_RDONLY, &file, err) == -1)
		return -1;
	rc = ledger_file_ids(state, &file, file.head.bytes, keep_id, &ids->text,
	    err);
	ledger_file_close(&file);
	if (rc == -1) {
		ledger_ids_clear(ids);
		return -1;
	}
	end = ids->text.data + ids->text.len;
	for (id = ids->text.data; id < end; id += strlen(id) + 1)
		map_put(&ids->ids, id, id);
	return 0;
}

void
ledger_ids_clear(struct ledger_ids *ids)
{
	map_clear(&ids->ids);
	buf_clear(&ids->text);
}
