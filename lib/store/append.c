#include "base/alloc.h"
#include "json/jw.h"
#include "model/event.h"
#include "store/chain.h"
#include "store/io.h"
#include "store/ledger.h"
#include "store/ledger_file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define LOCK_NAME ".ledger.lock"
#define LOCK_WAIT_MS 10000
#define LOCK_STEP_MS 10
#define PLACE_SIZE 256

/* An event of the batch. */
struct pending {
	const struct json *event; /* borrowed */
	bool known;               /* its id stands in the ledger already */
};

/* An append under way. */
struct append {
	const struct state *state;
	const struct ledger_batch *batch;
	struct ledger_file file;
	struct buf above;         /* what stood above the head */
	struct ledger_head whole; /* behind the adopted lines */
	struct ledger_head tip;   /* behind the lines in `out` */
	bool verified;            /* the whole chain was read in this call */
	struct buf out;           /* what goes above the head: adopted, new */
	struct pending *pending;  /* owned */
	size_t pending_count;
	struct map by_id; /* id -> struct pending */
	struct ledger_ack *ack;
};

static int
lock(const struct state *state, int *fd, struct err *err)
{
	const struct timespec step = { .tv_nsec = LOCK_STEP_MS * 1000000L };
	int waited_ms = 0;

	*fd = openat(state->fd, LOCK_NAME,
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (*fd == -1)
		return err_sys(err, EX_IOERR, "%s/" LOCK_NAME, state->path);
	while (flock(*fd, LOCK_EX | LOCK_NB) == -1) {
		if (errno != EWOULDBLOCK && errno != EINTR) {
			err_sys(err, EX_IOERR, "%s/" LOCK_NAME, state->path);
			close(*fd);
			return -1;
		}
		if (waited_ms >= LOCK_WAIT_MS) {
			close(*fd);
			return err_set(err, EX_TEMPFAIL,
			    "%s/" LOCK_NAME ": busy: another append is running",
			    state->path);
		}
		nanosleep(&step, NULL);
		waited_ms += LOCK_STEP_MS;
	}
	return 0;
}

/* Make what is missing, the head before the ledger. */
static int
create(struct append *append, struct err *err)
{
	struct ledger_file *file = &append->file;
	const struct state *state = append->state;

	if (!file->has_head &&
	    ledger_file_put_head(state, &file->head, NULL, err) == -1)
		return -1;
	if (file->fd != -1)
		return 0;
	file->fd = openat(state->fd, LEDGER_NAME,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file->fd == -1 || fsync(state->fd) == -1)
		return err_sys(err, EX_IOERR, "%s/" LEDGER_NAME, state->path);
	return 0;
}

/* E3: damage anywhere below the head blocks, found at the latest here. */
static int
verify(struct append *append, struct err *err)
{
	const struct ledger_batch *batch = append->batch;
	const char *boot_id = batch->boot_id != NULL ? batch->boot_id : "";
	struct ledger_seen *seen = &append->file.seen;
	struct ledger_head head;

	if (ledger_file_trusted(&append->file, batch->at, boot_id))
		return 0;
	if (ledger_head_verified(append->state, &head, batch->at, boot_id,
		err) == -1)
		return -1;
	append->verified = true;
	seen->verified_at = batch->at;
	snprintf(seen->boot_id, sizeof(seen->boot_id), "%s", boot_id);
	return 0;
}

/*
 * E3: whole lines of the chain above the head were written by an append that
 * died before its head. They go into `out` and are written again, in place:
 * their sync may have failed, and a page that it failed on counts as clean.
 */
static int
adopt(struct append *append, struct err *err)
{
	const struct ledger_head *head = &append->file.head;
	struct buf *above = &append->above;
	const char *line, *newline;
	size_t used = 0;

	append->whole = *head;
	if (append->file.size > head->bytes &&
	    io_read_from(append->file.fd, head->bytes, above) == -1)
		return err_sys(err, EX_IOERR, "%s/" LEDGER_NAME,
		    append->state->path);
	while (used < above->len) {
		line = above->data + used;
		newline = memchr(line, '\n', above->len - used);
		if (newline == NULL || newline - line > LEDGER_LINE_MAX ||
		    chain_step(&append->whole, line,
			(size_t)(newline - line)) != NULL)
			break;
		used += (size_t)(newline - line) + 1;
	}
	buf_add(&append->out, above->data, used);
	append->tip = append->whole;
	append->ack->torn_bytes = (int64_t)(above->len - used);
	return 0;
}

/* A line up to where its data begins. */
static void
line_open(struct append *append, struct jw *jw, const char *id,
    const char *source, const char *type, const char *subject)
{
	char time[INSTANT_SIZE];

	instant_format(append->batch->at, time);
	jw_init(jw, &append->out);
	jw_object(jw, NULL);
	jw_text(jw, "specversion", "1.0");
	jw_text(jw, "id", id);
	jw_text(jw, "source", source);
	jw_text(jw, "type", type);
	if (subject != NULL)
		jw_text(jw, "subject", subject);
	jw_text(jw, "time", time);
	jw_text(jw, "cycle", append->batch->cycle);
	jw_int(jw, "seq", append->tip.seq + 1);
}

static void
line_close(struct append *append, size_t start)
{
	chain_seal(&append->tip, &append->out, start);
	append->ack->appended_count++;
}

static void
torn_name(const struct append *append, char name[48])
{
	const struct ledger_head *whole = &append->whole;
	const char *torn =
	    append->above.data + append->above.len - append->ack->torn_bytes;
	char hex[HASH_HEX_SIZE];
	struct hash hash;

	hash_init(&hash);
	hash_add(&hash, torn, (size_t)append->ack->torn_bytes);
	hash_hex(&hash, hex);
	snprintf(name, 48, "torn/%lld-%.16s", (long long)whole->seq + 1, hex);
}

/* The line that says what save_torn() will have put where. */
static void
report_torn(struct append *append)
{
	struct event event = { .source = "hermes-ledger",
		.type = "hermes.ledger.repaired",
		.cycle = append->batch->cycle };
	size_t start = append->out.len;
	struct buf id = { 0 };
	char name[48];
	struct jw jw;

	torn_name(append, name);
	event.more = name;
	event_id(&id, &event);
	line_open(append, &jw, buf_text(&id), event.source, event.type, NULL);
	jw_object(&jw, "data");
	jw_int(&jw, "torn_bytes", append->ack->torn_bytes);
	jw_text(&jw, "file", name);
	jw_end(&jw);
	line_close(append, start);
	buf_clear(&id);
}

static int
save_torn(const struct append *append, struct err *err)
{
	size_t len = (size_t)append->ack->torn_bytes;
	char name[48];

	if (len == 0)
		return 0;
	torn_name(append, name);
	return state_write(append->state, name,
	    append->above.data + append->above.len - len, len, err);
}

static void
mark_known(void *ctx, const char *id)
{
	struct pending *pending = map_get(&((struct append *)ctx)->by_id, id);

	if (pending != NULL)
		pending->known = true;
}

/* Which events are new: by the ids of the batch and of the ledger's tail. */
static int
find_new(struct append *append, struct err *err)
{
	const struct json *event;
	struct pending *pending;
	const char *id;

	append->pending =
	    xcalloc(append->pending_count + 1, sizeof(*append->pending));
	pending = append->pending;
	for (event = json_first(append->batch->events); event != NULL;
	     event = json_next(event), pending++) {
		pending->event = event;
		id = json_get_text(event, "id");
		pending->known = map_get(&append->by_id, id) != NULL;
		if (!pending->known)
			map_put(&append->by_id, id, pending);
	}
	return append->pending_count == 0
		   ? 0
		   : ledger_file_ids(append->state, &append->file,
			 append->whole.bytes, mark_known, append, err);
}

static int
add_event(struct append *append, size_t i, struct err *err)
{
	const struct json *event = append->pending[i].event;
	size_t start = append->out.len, len;
	struct jw jw;

	line_open(append, &jw, json_get_text(event, "id"),
	    json_get_text(event, "source"), json_get_text(event, "type"),
	    json_get_text(event, "subject"));
	jw_value(&jw, "data", json_get(event, "data"));
	line_close(append, start);
	len = append->out.len - start - 1;
	if (len > LEDGER_LINE_MAX)
		return err_set(err, EX_DATAERR,
		    "%s[%zu]: expected a line of at most %u bytes, found %zu",
		    append->batch->place, i, LEDGER_LINE_MAX, len);
	return 0;
}

static int
add_new(struct append *append, struct err *err)
{
	size_t i;

	for (i = 0; i < append->pending_count; i++) {
		if (append->pending[i].known)
			append->ack->known_count++;
		else if (add_event(append, i, err) == -1)
			return -1;
	}
	return 0;
}

/* After a write that failed: leave no half line. The error stays errno. */
static int
take_back(const struct append *append)
{
	int code = errno;

	if (ftruncate(append->file.fd, append->whole.bytes) == -1)
		code = errno;
	errno = code;
	return -1;
}

/*
 * E2: one write and one sync. It goes over the torn tail, so that a kill
 * between cutting and reporting cannot lose the report; what is left of the
 * tail is cut after.
 */
static int
write_lines(const struct append *append)
{
	const struct ledger_file *file = &append->file;
	const struct buf *out = &append->out;

	if (io_write_at(file->fd, file->head.bytes, out->data, out->len) == -1)
		return take_back(append);
	if (file->size > append->tip.bytes &&
	    ftruncate(file->fd, append->tip.bytes) == -1)
		return -1;
	return fdatasync(file->fd);
}

static int
commit(struct append *append, struct err *err)
{
	struct ledger_seen *seen = &append->file.seen;

	if (append->out.len == 0 && !append->verified)
		return 0;
	if (append->out.len > 0 && save_torn(append, err) == -1)
		return -1;
	if (append->out.len > 0 && write_lines(append) == -1)
		return err_sys(err, EX_IOERR, "%s/" LEDGER_NAME,
		    append->state->path);
	ledger_file_mark(&append->file, seen->mark);
	return ledger_file_put_head(append->state, &append->tip, seen, err);
}

static int
run(struct append *append, struct err *err)
{
	if (ledger_file_open(append->state, O_RDWR, &append->file, err) == -1)
		return -1;
	if (create(append, err) == -1 || verify(append, err) == -1 ||
	    adopt(append, err) == -1 || find_new(append, err) == -1)
		return -1;
	if (append->ack->torn_bytes > 0)
		report_torn(append);
	if (add_new(append, err) == -1 || commit(append, err) == -1)
		return -1;
	append->ack->head = append->tip;
	if (append->ack->appended_count > 0)
		append->ack->first_seq =
		    append->tip.seq - append->ack->appended_count + 1;
	return 0;
}

int
ledger_batch_check(const struct ledger_batch *batch, int64_t *count,
    struct err *err)
{
	const struct json *event;
	char place[PLACE_SIZE];

	*count = 0;
	for (event = json_first(batch->events); event != NULL;
	     event = json_next(event), ++*count) {
		snprintf(place, sizeof(place), "%s[%lld]", batch->place,
		    (long long)*count);
		if (event_check(event, place, err) == -1)
			return -1;
	}
	return 0;
}

int
ledger_append(const struct state *state, const struct ledger_batch *batch,
    struct ledger_ack *ack, struct err *err)
{
	struct append append = { .state = state, .batch = batch, .ack = ack };
	int64_t count;
	int lock_fd, rc;

	*ack = (struct ledger_ack){ 0 };
	if (ledger_batch_check(batch, &count, err) == -1 ||
	    lock(state, &lock_fd, err) == -1)
		return -1;
	append.file.fd = -1;
	append.pending_count = (size_t)count;
	rc = run(&append, err);
	ledger_file_close(&append.file);
	close(lock_fd);
	buf_clear(&append.above);
	buf_clear(&append.out);
	map_clear(&append.by_id);
	free(append.pending);
	return rc;
}
