#include "checkpoint.h"
#include "json/jw.h"
#include "json/value.h"
#include "model/fold_save.h"
#include <stdio.h>
#include <string.h>

#define PREFIX                                                                 \
	"{\"schema\":\"hermes.project.checkpoint/1\",\"digest\":\"sha256:"
#define PREFIX_LEN (sizeof PREFIX - 1)
#define REST_AT (PREFIX_LEN + (HASH_HEX_SIZE - 1) + 2) /* behind `",` */

static void
digest(const char *text, size_t len, char out[HASH_HEX_SIZE])
{
	struct hash hash;

	hash_init(&hash);
	hash_add(&hash, text + REST_AT, len - REST_AT);
	hash_hex(&hash, out);
}

/* Are these the bytes that checkpoint_write() wrote? */
static bool
is_whole(const struct buf *text)
{
	char want[HASH_HEX_SIZE];

	if (text->len < REST_AT || memcmp(text->data, PREFIX, PREFIX_LEN) != 0)
		return false;
	digest(text->data, text->len, want);
	return memcmp(text->data + PREFIX_LEN, want, HASH_HEX_SIZE - 1) == 0;
}

static void
copy_hash(const struct json *object, char out[HASH_HEX_SIZE])
{
	const char *hash = json_get_text(object, "hash");

	snprintf(out, HASH_HEX_SIZE, "%s", hash != NULL ? hash : "");
}

static void
restore(const struct json *root, struct fold *fold, struct ledger_head *at,
    struct history_mark *history)
{
	const struct json *mark = json_get(root, "history");

	at->seq = json_get_int(root, "seq", 0);
	at->bytes = json_get_int(root, "bytes", 0);
	copy_hash(root, at->hash);
	history->bytes = json_get_int(mark, "bytes", 0);
	history->line_bytes = json_get_int(mark, "line_bytes", 0);
	copy_hash(mark, history->hash);
	history->key_bytes = json_get_int(mark, "key_bytes", 0);
	fold_restore(fold, json_get(root, "fold"));
	fold->head.seq = at->seq;
	memcpy(fold->head.hash, at->hash, sizeof at->hash);
}

int
checkpoint_read(const struct state *state, struct fold *fold,
    struct ledger_head *at, struct history_mark *history, struct err *err)
{
	struct buf text = { 0 };
	struct json *root = NULL;
	int got = state_read(state, CHECKPOINT_NAME, &text, err);

	if (got == 1 && is_whole(&text))
		root = json_parse_checked(text.data, text.len, err);
	buf_clear(&text);
	if (got == -1)
		return -1;
	got = json_get_int(json_get(root, "fold"), "version", 0) ==
	      FOLD_SAVE_VERSION;
	if (got)
		restore(root, fold, at, history);
	json_free(root);
	return got;
}

int
checkpoint_write(const struct state *state, struct fold *fold,
    const struct ledger_head *at, const struct history_mark *history,
    struct err *err)
{
	struct buf text = { 0 };
	char hash[HASH_HEX_SIZE], named[HASH_NAMED_SIZE];
	struct jw jw;
	int done;

	memset(hash, '0', sizeof hash - 1);
	hash[sizeof hash - 1] = '\0';
	jw_init(&jw, &text);
	jw_object(&jw, NULL);
	jw_text(&jw, "schema", "hermes.project.checkpoint/1");
	snprintf(named, sizeof named, "sha256:%s", hash);
	jw_text(&jw, "digest", named); /* its room; filled in below */
	jw_int(&jw, "seq", at->seq);
	jw_int(&jw, "bytes", at->bytes);
	jw_text(&jw, "hash", at->hash);
	jw_object(&jw, "history");
	jw_int(&jw, "bytes", history->bytes);
	jw_int(&jw, "line_bytes", history->line_bytes);
	jw_text(&jw, "hash", history->hash);
	jw_int(&jw, "key_bytes", history->key_bytes);
	jw_end(&jw);
	fold_save(fold, "fold", &jw);
	jw_end(&jw);
	buf_putc(&text, '\n');
	digest(text.data, text.len, hash);
	memcpy(text.data + PREFIX_LEN, hash, sizeof hash - 1);
	done = state_write(state, CHECKPOINT_NAME, text.data, text.len, err);
	buf_clear(&text);
	return done == -1 ? -1 : 0;
}
