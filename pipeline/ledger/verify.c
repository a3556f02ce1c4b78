#include "verify.h"
#include "json/strict.h"
#include "store/ledger.h"
#include <inttypes.h>

struct place {
	const char *state; /* the folder's path, borrowed */
};

/* A line has its hash; is it one JSON value too? */
static int
each_line(void *ctx, const char *line, size_t len, int64_t seq, struct err *err)
{
	const struct place *place = ctx;
	struct err inner;

	if (strict_check(line, len, "json", NULL, NULL, &inner) == 0)
		return 0;
	return err_set(err, EX_DATAERR,
	    "%s/runtime_events.jsonl: line %" PRId64 ": %s", place->state, seq,
	    inner.text);
}

static void
put_int(struct doc *doc, const char *name, int64_t number)
{
	struct buf text = { 0 };

	buf_printf(&text, "%" PRId64, number);
	doc_put(doc, name, &text);
	buf_clear(&text);
}

int
verify(struct doc *doc, const struct state *state, struct err *err)
{
	struct place place = { state->path };
	struct ledger_head head = { 0 };
	struct buf text = { 0 };
	int64_t above_bytes;

	if (ledger_walk(state, &head, each_line, &place, err) == -1 ||
	    ledger_above(state, &above_bytes, err) == -1)
		return -1;
	doc_new(doc, "hermes.ledger-verdict/1");
	buf_puts(&text, "true");
	doc_put(doc, "verified", &text);
	put_int(doc, "seq", head.seq);
	put_int(doc, "bytes", head.bytes);
	buf_printf(&text, "\"%s\"", head.hash);
	doc_put(doc, "hash", &text);
	put_int(doc, "above_bytes", above_bytes);
	buf_clear(&text);
	return 0;
}
