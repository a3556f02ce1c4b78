/*
 * store - the room lib/store by hand, with faults
 *
 *   store write STATE NAME        replace a file with stdin
 *   store read STATE NAME         its bytes
 *   store lock STATE              hold .cycle.lock until stdin ends
 *   store append STATE            append the events of the document on stdin
 *   store ids STATE               the ids of the ledger's tail
 *   store walk STATE [SEQ BYTES HASH [LAST]]
 *                                 the lines behind that one, to LAST
 *
 * Each call that changes something on disk is a step. TRACE=1 prints the
 * steps to stderr; FAULT=kill:N dies before step N, half:N dies in it with
 * half of its bytes written, fail:N lets it fail with EIO.
 */
#include "json/doc.h"
#include "model/cycle.h"
#include "store/ledger.h"
#include "store/state.h"
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int steps;

/* Does FAULT ask for this at the step in hand? */
static bool
asked(const char *fault)
{
	const char *want = getenv("FAULT");
	size_t len = strlen(fault);

	return want != NULL && strncmp(want, fault, len) == 0 &&
	       want[len] == ':' && atoi(want + len + 1) == steps;
}

/* One step begins: true where it is to fail. */
static bool
begin(const char *name)
{
	steps++;
	if (getenv("TRACE") != NULL)
		fprintf(stderr, "%s\n", name);
	if (asked("kill"))
		raise(SIGKILL);
	errno = EIO;
	return asked("fail");
}

/* These stand before libc's for all that is linked into this program. */
ssize_t
pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	if (begin("write"))
		return -1;
	if (asked("half")) {
		syscall(SYS_pwrite64, fd, bytes, len / 2, at);
		raise(SIGKILL);
	}
	return syscall(SYS_pwrite64, fd, bytes, len, at);
}

int
fsync(int fd)
{
	return begin("fsync") ? -1 : (int)syscall(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
	return begin("fdatasync") ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int
ftruncate(int fd, off_t len)
{
	return begin("truncate") ? -1 : (int)syscall(SYS_ftruncate, fd, len);
}

int
renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	return begin("rename")
		   ? -1
		   : (int)syscall(SYS_renameat2, from_fd, from, to_fd, to, 0);
}

static int
do_write(const struct state *state, const char *name, struct err *err)
{
	struct buf in = { 0 };
	int c, rc;

	while ((c = getchar()) != EOF)
		buf_putc(&in, (char)c);
	rc = state_write(state, name, in.data, in.len, err);
	if (rc != -1)
		puts(rc == 1 ? "written" : "unchanged");
	buf_clear(&in);
	return rc;
}

static int
do_read(const struct state *state, const char *name, struct err *err)
{
	struct buf out = { 0 };
	int rc = state_read(state, name, &out, err);

	if (rc == 1)
		fwrite(out.data, 1, out.len, stdout);
	if (rc == 0)
		puts("absent");
	buf_clear(&out);
	return rc;
}

static int
do_lock(struct state *state, struct err *err)
{
	if (state_lock(state, err) == -1)
		return -1;
	puts(state->lock_fd == -1 ? "inherited" : "taken");
	fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}

static int
do_append(const struct state *state, struct err *err)
{
	struct ledger_batch batch = { .place = "stdin: events" };
	struct ledger_ack ack;
	struct cycle cycle;
	struct doc doc = { 0 };
	int rc;

	if (doc_read(&doc, stdin, "stdin", err) == -1 ||
	    cycle_get(&doc, &cycle, err) == -1)
		return -1;
	batch.events = doc_get(&doc, "events");
	batch.cycle = cycle.id;
	batch.at = cycle.real_at;
	rc = ledger_append(state, &batch, &ack, err);
	if (rc == 0)
		printf("%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 "\n",
		    ack.first_seq, ack.appended_count, ack.known_count,
		    ack.torn_bytes);
	doc_clear(&doc);
	return rc;
}

static int
do_ids(const struct state *state, struct err *err)
{
	struct ledger_ids ids;
	size_t i;

	if (ledger_ids_read(state, &ids, err) == -1)
		return -1;
	for (i = 0; i < ids.ids.cap; i++)
		if (ids.ids.slots[i].key != NULL)
			puts(ids.ids.slots[i].key);
	ledger_ids_clear(&ids);
	return 0;
}

static int
print_line(void *ctx, const char *line, size_t len, int64_t seq,
    struct err *err)
{
	const int64_t *last = ctx;

	(void)err;
	if (seq > *last)
		return 1;
	printf("%.*s\n", (int)len, line);
	return 0;
}

static int
do_walk(const struct state *state, char *argv[], struct err *err)
{
	struct ledger_head from = { 0 };
	int64_t last = INT64_MAX;
	int rc;

	if (argv[0] != NULL) {
		from.seq = atoll(argv[0]);
		from.bytes = atoll(argv[1]);
		snprintf(from.hash, sizeof(from.hash), "%s", argv[2]);
		if (argv[3] != NULL)
			last = atoll(argv[3]);
	}
	rc = ledger_walk(state, &from, print_line, &last, err);
	printf("at %" PRId64 " %" PRId64 " %s\n", from.seq, from.bytes,
	    from.hash);
	return rc;
}

static int
run(struct state *state, char *argv[], struct err *err)
{
	const char *verb = argv[1];

	if (state_open(state, argv[2], true, err) == -1)
		return -1;
	if (strcmp(verb, "write") == 0)
		return do_write(state, argv[3], err);
	if (strcmp(verb, "read") == 0)
		return do_read(state, argv[3], err);
	if (strcmp(verb, "lock") == 0)
		return do_lock(state, err);
	if (strcmp(verb, "append") == 0)
		return do_append(state, err);
	if (strcmp(verb, "ids") == 0)
		return do_ids(state, err);
	if (strcmp(verb, "walk") == 0)
		return do_walk(state, argv + 3, err);
	return err_set(err, EX_USAGE, "%s: no such verb", verb);
}

int
main(int argc, char *argv[])
{
	struct state state = STATE_INIT;
	struct err err;
	int rc;

	if (argc < 3)
		return EX_USAGE;
	rc = run(&state, argv, &err);
	if (rc == -1)
		fprintf(stderr, "%s\n", err.text);
	state_close(&state);
	fflush(stdout);
	return rc == -1 ? err.code : 0;
}
