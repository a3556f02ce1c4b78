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
#include "base/hash.h"
#include <stddef.h>
#include <stdint.h>

#define CHAIN_ZERO                                                             \
	"0000000000000000000000000000000000000000000000000000000000000000"

/* Where a chain stands: behind the line `seq`, `bytes` into the file. */
struct chain {
	int64_t seq;
	int64_t bytes;
	char hash[HASH_HEX_SIZE];
};

void chain_start(struct chain *chain);

/* 64 lower-case hex digits and nothing else? */
int chain_is_hash(const char *text);

/*
 * End the line that stands in `out` from `start`, an object still open:
 * append prevhash, hash, the brace and the newline, and step the chain.
 */
void chain_seal(struct chain *chain, struct buf *out, size_t start);

/*
 * Is `line`, without its newline, the next line of the chain? Then step it
 * and return NULL; else say what is wrong.
 */
const char *chain_step(struct chain *chain, const char *line, size_t len);

/* As chain_step() where only the line is known: its own prevhash and seq are
 * believed, its hash is not. */
const char *chain_alone(struct chain *chain, const char *line, size_t len);

#endif
