#include "record.h"
#include "json/jw.h"
#include "model/cycle.h"
#include "store/ledger.h"

static int
need_array(struct doc *doc, const char *name, struct err *err)
{
	enum json_type type = json_type(doc_get(doc, name));

	if (type == JSON_ABSENT || type == JSON_ARRAY)
		return 0;
	return err_set(err, EX_DATAERR, "%s: %s: expected an array, found %s",
	    doc->place, name, json_type_name(type));
}

static void
write_head(struct jw *jw, const struct ledger_ack *ack)
{
	if (ack->first_seq > 0)
		jw_int(jw, "first_seq", ack->first_seq);
	else
		jw_null(jw, "first_seq");
	jw_int(jw, "seq", ack->head.seq);
	jw_text(jw, "hash", ack->head.hash);
	jw_int(jw, "bytes", ack->head.bytes);
}

static void
write_no_head(struct jw *jw)
{
	jw_null(jw, "first_seq");
	jw_null(jw, "seq");
	jw_null(jw, "hash");
	jw_null(jw, "bytes");
}

static void
acknowledge(struct doc *doc, const struct ledger_ack *ack, bool opened,
    int64_t offered_count)
{
	struct buf text = { 0 };
	struct jw jw;

	jw_init(&jw, &text);
	jw_object(&jw, NULL);
	if (opened)
		write_head(&jw, ack);
	else
		write_no_head(&jw);
	jw_int(&jw, "offered_count", offered_count);
	jw_int(&jw, "appended_count", ack->appended_count);
	jw_int(&jw, "known_count", ack->known_count);
	jw_int(&jw, "torn_bytes", ack->torn_bytes);
	jw_end(&jw);
	doc_append(doc, "ledger", &text);
	buf_clear(&text);
}

int
record(struct doc *doc, const struct state *state, struct err *err)
{
	struct ledger_batch batch = { 0 };
	struct ledger_ack ack = { 0 };
	struct buf place = { 0 };
	struct cycle cycle;
	int64_t offered_count;
	int rc;

	if (doc_is(doc, "hermes.cycle/1", err) == -1 ||
	    cycle_get(doc, &cycle, err) == -1 ||
	    need_array(doc, "events", err) == -1 ||
	    need_array(doc, "ledger", err) == -1)
		return -1;
	buf_printf(&place, "%s: events", doc->place);
	batch.events = doc_get(doc, "events");
	batch.place = buf_text(&place);
	batch.cycle = cycle.id;
	batch.at = cycle.real_at;
	batch.boot_id = cycle.boot_id;
	rc = ledger_batch_check(&batch, &offered_count, err);
	if (rc == 0 && state != NULL)
		rc = ledger_append(state, &batch, &ack, err);
	if (rc == 0)
		acknowledge(doc, &ack, state != NULL, offered_count);
	buf_clear(&place);
	return rc;
}
