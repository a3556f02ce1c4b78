/*
 * ledger_file - the ledger and its head on disk, for this room only
 *
 * The head file is made, with seq 0, before the ledger's first byte: a ledger
 * that holds anything beside a missing head has lost it (E3).
 */
#ifndef STORE_LEDGER_FILE_H
#define STORE_LEDGER_FILE_H

#include "store/ledger.h"
#include <sys/types.h>

#define LEDGER_NAME "runtime_events.jsonl"
#define LEDGER_HEAD_NAME "runtime_events.head.json"
#define LEDGER_LINE_START "{\"specversion\":\"1.0\",\"id\":\""

#define LEDGER_MARK_SIZE 96
#define LEDGER_BOOT_SIZE 64

/*
 * When the whole chain was last read, and what the file's mark was when it
 * was last written to: device, inode and change time, "" where not known.
 * Whoever writes to the file otherwise moves its change time.
 */
struct ledger_seen {
	char mark[LEDGER_MARK_SIZE];
	instant verified_at;
	char boot_id[LEDGER_BOOT_SIZE];
};

struct ledger_file {
	int fd;     /* -1: there is no ledger yet */
	off_t size; /* when it was opened; may lie above head.bytes */
	bool has_head;
	struct ledger_head head; /* agrees with the ledger's line there */
	struct ledger_seen seen; /* as the head file says */
};

/*
 * Open with O_RDONLY or O_RDWR, the head read and checked against the line
 * that it names. EX_DATAERR where they do not agree.
 */
int ledger_file_open(const struct state *state, int mode,
    struct ledger_file *file, struct err *err);
void ledger_file_close(struct ledger_file *file);

/* `seen` may be NULL: nothing is known. */
int ledger_file_put_head(const struct state *state,
    const struct ledger_head *head, const struct ledger_seen *seen,
    struct err *err);

/* The mark of the file as it is now; "" where there is none. */
void ledger_file_mark(const struct ledger_file *file,
    char mark[LEDGER_MARK_SIZE]);

/*
 * E3: may the chain be taken for whole without reading it? It was read in
 * this boot and less than a day ago, and nobody but us has written to the
 * file since.
 */
bool ledger_file_trusted(const struct ledger_file *file, instant now,
    const char *boot_id);

/* EX_DATAERR: `STATE/runtime_events.jsonl: line SEQ: fault`. */
int ledger_file_damage(const struct state *state, int64_t seq,
    const char *fault, struct err *err);

/* Call `each` with the id of every line in the 8 MiB before `end`. */
int ledger_file_ids(const struct state *state, const struct ledger_file *file,
    int64_t end, void (*each)(void *ctx, const char *id), void *ctx,
    struct err *err);

#endif
