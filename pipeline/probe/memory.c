#include "memory.h"
#include "json/jw.h"
#include "json/value.h"
#include "model/cycle.h"
#include "store/ledger.h"
#include <stdbool.h>
#include <string.h>

static const struct row {
	const char *member;
	const char *file;
	const char *schema;
	bool view; /* folded from the ledger: must be at its head (B8) */
} rows[] = {
	{ "state", "auto_safe_upgrade_state.json",
	    "hermes.auto_safe_upgrade_state/1", true },
	{ "intelligence", "runtime_intelligence.json",
	    "hermes.runtime_intelligence/1", true },
	{ "rollback", "rollback_intelligence.json",
	    "hermes.rollback_intelligence/1", true },
	{ "remote_health", "remote_health.json", "hermes.remote_health/1",
	    false },
	{ "leases", "coordination_leases.json", "hermes.coordination_leases/1",
	    false },
};

#define ROW_COUNT (sizeof rows / sizeof *rows)

/* One file, as it is read. */
struct source {
	const struct row *row;
	const struct state *state;
	const struct ledger_head *head;
};

static int
refuse(const struct source *in, const char *reason, struct err *err)
{
	return err_set(err, EX_DATAERR, "%s/%s: %s%s", in->state->path,
	    in->row->file, reason, in->row->view ? ": run hermes-project" : "");
}

static int
head_check(const struct source *in, const struct json *root, struct err *err)
{
	const char *hash = json_get_text(root, "hash");

	if (json_get_int(root, "seq", -1) != in->head->seq || hash == NULL ||
	    strcmp(hash, in->head->hash) != 0)
		return refuse(in, "not at the ledger's head", err);

	return 0;
}

static int
root_check(const struct source *in, const struct json *root, struct err *err)
{
	const char *schema = json_get_text(root, "schema");

	if (schema == NULL || strcmp(schema, in->row->schema) != 0)
		return refuse(in, "of another schema", err);

	return in->row->view ? head_check(in, root, err) : 0;
}

static int
text_check(const struct source *in, const struct buf *text, struct err *err)
{
	struct json *root;
	int rc;

	root = json_parse(buf_text(text), text->len, in->row->file, err);
	if (root == NULL)
		return refuse(in, "no JSON that Hermes wrote", err);
	rc = root_check(in, root, err);
	json_free(root);

	return rc;
}

/* Trailing white space stays out of the document. */
static void
text_write(const struct source *in, const struct buf *text, struct jw *jw)
{
	size_t len = text->len;

	while (len > 0 && strchr(" \t\r\n", text->data[len - 1]) != NULL)
		len--;
	jw_raw(jw, in->row->member, text->data, len);
}

static int
source_add(const struct source *in, struct jw *jw, struct err *err)
{
	struct buf text = { 0 };
	int rc = state_read(in->state, in->row->file, &text, err);

	if (rc == -1 && in->row->view)
		refuse(in, "cannot be read", err);
	if (rc == 1) {
		rc = text_check(in, &text, err);
		if (rc == 0)
			text_write(in, &text, jw);
	} else if (rc == 0 && in->row->view && in->head->seq > 0) {
		rc = refuse(in, "missing, and the ledger is not", err);
	} else if (rc == 0) {
		jw_null(jw, in->row->member);
	}
	buf_clear(&text);

	return rc;
}

static void
ledger_write(const struct ledger_head *head, struct jw *jw)
{
	jw_object(jw, "ledger");
	jw_int(jw, "seq", head->seq);
	jw_int(jw, "bytes", head->bytes);
	jw_text(jw, "hash", head->hash);
	jw_bool(jw, "verified", true);
	jw_end(jw);
}

static int
sources_add(const struct state *state, const struct ledger_head *head,
    struct jw *jw, struct err *err)
{
	struct source in = { NULL, state, head };
	size_t i;

	for (i = 0; i < ROW_COUNT; i++) {
		in.row = &rows[i];
		if (state == NULL)
			jw_null(jw, in.row->member);
		else if (source_add(&in, jw, err) == -1)
			return -1;
	}

	return 0;
}

int
memory_add(struct doc *doc, const struct state *state, struct err *err)
{
	struct ledger_head head = { 0 };
	struct buf text = { 0 };
	struct cycle cycle;
	struct jw jw;

	memset(head.hash, '0', HASH_HEX_SIZE - 1);
	if (state != NULL && (cycle_get(doc, &cycle, err) == -1 ||
				 ledger_head_verified(state, &head,
				     cycle.real_at, cycle.boot_id, err) == -1))
		return -1; /* E3 */
	jw_init(&jw, &text);
	jw_object(&jw, NULL);
	ledger_write(&head, &jw);
	if (sources_add(state, &head, &jw, err) == -1) {
		buf_clear(&text);
		return -1;
	}
	jw_end(&jw);
	doc_put(doc, "memory", &text);

	return 0;
}
