/*
 * ledger - the hash-chained record of what happened
 *
 * runtime_events.jsonl: one CloudEvents 1.0 object a line, in this order:
 * specversion id source type [subject] time cycle seq data prevhash hash.
 *
 *   E1  hash = SHA-256 (hex) over the previous hash (64 hex digits; zeros
 *       for the first) and the line's bytes before the last `,"hash"`
 *   E2  a batch is one write and one fdatasync, then the head file
 *       {seq, bytes, hash}; ids that stand in the last 8 MiB are not
 *       appended again
 *   E3  whole chained lines above the head are adopted, what is torn goes to
 *       torn/; damage at or below the head is EX_DATAERR and blocks all.
 *       The whole chain is read before an append where it was not read in
 *       this boot and within a day, or somebody else has written to the file
 *       since; else its last line and its tail
 */
#ifndef STORE_LEDGER_H
#define STORE_LEDGER_H

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/instant.h"
#include "base/map.h"
#include "json/value.h"
#include "store/state.h"
#include <stdint.h>

#define LEDGER_LINE_MAX (64u << 10)
#define LEDGER_TAIL_BYTES (8u << 20)

struct ledger_head {
	int64_t seq;   /* of the last line; 0: empty */
	int64_t bytes; /* length of the ledger up to and with that line */
	char hash[HASH_HEX_SIZE]; /* of that line; zeros where seq is 0 */
};

struct ledger_ack {
	int64_t first_seq;      /* of the appended lines; 0: none were new */
	int64_t appended_count; /* a repair's own line counts */
	int64_t known_count;    /* ids that stood there already */
	int64_t torn_bytes;     /* moved aside in this call */
	struct ledger_head head;
};

/*
 * The head, checked against the ledger's last line. Absent ledger: seq 0.
 * EX_DATAERR where head and ledger do not agree (E3).
 */
int ledger_head(const struct state *state, struct ledger_head *head,
    struct err *err);

/*
 * The head, and all of the chain up to it known to be whole: trusted as E3
 * has it, else read. Writes nothing. EX_DATAERR where it is damaged.
 */
int ledger_head_verified(const struct state *state, struct ledger_head *head,
    instant now, const char *boot_id, struct err *err);

/*
 * How many bytes stand above the head: 0, or what an append that died has
 * left for the next one to adopt or to move aside.
 */
int ledger_above(const struct state *state, int64_t *bytes, struct err *err);

/* What a document hands in; all borrowed. */
struct ledger_batch {
	const struct json *events; /* an array, or NULL for none */
	const char *place;         /* "stdin: events", for errors */
	const char *cycle;         /* the document's cycle.id */
	instant at;                /* its cycle.now.real_at */
	const char *boot_id;       /* its cycle.now.boot_id; NULL: not said */
};

/*
 * Are all of its events fit for the ledger (event_check)? The number of them
 * in `*count`; EX_DATAERR where one is not. Touches no file.
 */
int ledger_batch_check(const struct ledger_batch *batch, int64_t *count,
    struct err *err);

/*
 * Append what is new of a batch under .ledger.lock, waited for 10 s
 * (EX_TEMPFAIL). Whole lines above the head are adopted first, what is torn
 * goes to torn/ and is an event of its own, `hermes.ledger.repaired`. A line
 * above LEDGER_LINE_MAX is EX_DATAERR, and nothing is written. After
 * EX_IOERR the head is where it was, and the next call checks all above it.
 */
int ledger_append(const struct state *state, const struct ledger_batch *batch,
    struct ledger_ack *ack, struct err *err);

/*
 * Call `each` for every line behind `from` (seq, bytes and hash of where to
 * start; all zero with zero hash: the beginning), verified as it goes, up to
 * the head. `each` returns 0 to go on, 1 to stop before this line, -1 with
 * `err` set to fail. `line` is NUL-terminated, without its newline. On return
 * *from is where it got to. Damage is EX_DATAERR, naming the line.
 */
int ledger_walk(const struct state *state, struct ledger_head *from,
    int (*each)(void *ctx, const char *line, size_t len, int64_t seq,
	struct err *err),
    void *ctx, struct err *err);

/* The ids of the last 8 MiB, for "is this recorded already?". */
struct ledger_ids {
	struct map ids;  /* id -> itself */
	struct buf text; /* the ids' bytes */
};
int ledger_ids_read(const struct state *state, struct ledger_ids *ids,
    struct err *err);
void ledger_ids_clear(struct ledger_ids *ids);

#endif
