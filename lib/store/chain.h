/*
 * chain - one line of the ledger and what ties it to the line before
 *
 * A line ends `,"prevhash":"HEX","hash":"HEX"}`. Its hash is SHA-256 over the
 * previous hash's 64 digits and the line's bytes before the last `,"hash":`
 * (E1); as the hash is always the last member, that one is always ours:
 *
 *   printf '%s%s' "$prev" "${line%,\"hash\":*}" | sha256sum
 *
 * The stored bytes are hashed, never re-made ones.
 */
#ifndef STORE_CHAIN_H
#define STORE_CHAIN_H

#include "base/buf.h"
#include "store/ledger.h"
#include <stdbool.h>
#include <stddef.h>

#define CHAIN_ZERO                                                             \
	"0000000000000000000000000000000000000000000000000000000000000000"

/* Before the first line: seq 0, bytes 0, zeros. */
void chain_start(struct ledger_head *at);

/* 64 lower-case hex digits and nothing else? */
bool chain_is_hash(const char *text);

/*
 * End the line that stands in `out` from `start`, an object still open:
 * append prevhash, hash, the brace and the newline, and step `at`.
 */
void chain_seal(struct ledger_head *at, struct buf *out, size_t start);

/*
 * Is `line`, without its newline, the one that follows `at`? Then step `at`
 * and return NULL; else say what is wrong, `at` unchanged.
 */
const char *chain_step(struct ledger_head *at, const char *line, size_t len);

/*
 * As chain_step() where only the line is known: its own prevhash and seq are
 * believed, its hash is not. Sets at->seq and at->hash.
 */
const char *chain_alone(struct ledger_head *at, const char *line, size_t len);

#endif
