#include "store/chain.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEX_LEN (HASH_HEX_SIZE - 1)
#define PREV_MARK ",\"prevhash\":\""
#define HASH_MARK "\",\"hash\":\""
#define END_MARK "\"}"
#define PREV_LEN (sizeof(PREV_MARK) - 1)
#define HASH_LEN (sizeof(HASH_MARK) - 1)
#define END_LEN (sizeof(END_MARK) - 1)
#define TAIL_LEN (PREV_LEN + HEX_LEN + HASH_LEN + HEX_LEN + END_LEN)

void
chain_start(struct ledger_head *at)
{
	*at = (struct ledger_head){ .hash = CHAIN_ZERO };
}

static bool
is_hex(const char *text)
{
	size_t i;

	for (i = 0; i < HEX_LEN; i++)
		if (!(text[i] >= '0' && text[i] <= '9') &&
		    !(text[i] >= 'a' && text[i] <= 'f'))
			return false;
	return true;
}

bool
chain_is_hash(const char *text)
{
	return text != NULL && strlen(text) == HEX_LEN && is_hex(text);
}

static void
link_hash(const char *prev, const char *line, size_t len,
    char out[HASH_HEX_SIZE])
{
	struct hash hash;

	hash_init(&hash);
	hash_add(&hash, prev, HEX_LEN);
	hash_add(&hash, line, len);
	hash_hex(&hash, out);
}

void
chain_seal(struct ledger_head *at, struct buf *out, size_t start)
{
	char hash[HASH_HEX_SIZE];

	buf_printf(out, PREV_MARK "%s\"", at->hash);
	link_hash(at->hash, out->data + start, out->len - start, hash);
	buf_printf(out, ",\"hash\":\"%s\"}\n", hash);
	memcpy(at->hash, hash, sizeof(hash));
	at->seq++;
	at->bytes += (int64_t)(out->len - start);
}

/* The line's seq: the members before it are strings, so its name cannot
 * stand in one of them unescaped. -1 where there is none. */
static int64_t
line_seq(const char *line, size_t len)
{
	static const char mark[] = ",\"seq\":";
	const char *at = memmem(line, len, mark, sizeof(mark) - 1);

	if (at == NULL || at[sizeof(mark) - 1] < '1' ||
	    at[sizeof(mark) - 1] > '9')
		return -1;
	return strtoll(at + sizeof(mark) - 1, NULL, 10);
}

const char *
chain_alone(struct ledger_head *at, const char *line, size_t len)
{
	const char *tail, *prev, *own;
	char hash[HASH_HEX_SIZE];

	if (len <= TAIL_LEN)
		return "too short for a line of the ledger";
	tail = line + len - TAIL_LEN;
	prev = tail + PREV_LEN;
	own = prev + HEX_LEN + HASH_LEN;
	if (memcmp(tail, PREV_MARK, PREV_LEN) != 0 || !is_hex(prev) ||
	    memcmp(prev + HEX_LEN, HASH_MARK, HASH_LEN) != 0 || !is_hex(own) ||
	    memcmp(own + HEX_LEN, END_MARK, END_LEN) != 0)
		return "does not end in prevhash and hash";
	link_hash(prev, line, (size_t)(prev + HEX_LEN + 1 - line), hash);
	if (memcmp(hash, own, HEX_LEN) != 0)
		return "its bytes do not have its hash";
	at->seq = line_seq(line, len);
	if (at->seq == -1)
		return "has no seq";
	memcpy(at->hash, hash, sizeof(hash));
	return NULL;
}

const char *
chain_step(struct ledger_head *at, const char *line, size_t len)
{
	struct ledger_head next = *at;
	const char *fault = chain_alone(&next, line, len);
	const char *prev;

	if (fault != NULL)
		return fault;
	prev = line + len - TAIL_LEN + PREV_LEN;
	if (memcmp(prev, at->hash, HEX_LEN) != 0)
		return "its prevhash is not the hash of the line before";
	if (next.seq != at->seq + 1)
		return "its seq does not follow the line before";
	next.bytes += (int64_t)len + 1;
	*at = next;
	return NULL;
}
