#include "model/seal.h"
#include "json/canon.h"
#include "json/jw.h"
#include <string.h>

static void
seal_gate(struct jw *jw, const struct json *gate)
{
	const struct json *member;

	jw_object(jw, "gate");
	for (member = json_first(gate); member; member = json_next(member))
		if (strcmp(json_name(member), "seal"))
			jw_value(jw, json_name(member), member);
	jw_end(jw);
}

void
seal_of(struct doc *doc, char out[HASH_NAMED_SIZE])
{
	const struct doc_member *member;
	const struct json *gate;
	struct buf text = { 0 };
	struct jw jw;
	size_t i;

	jw_init(&jw, &text);
	jw_object(&jw, NULL);
	for (i = 0; i < doc->count; i++) {
		member = &doc->members[i];
		if (!strcmp(member->name, "ledger"))
			continue;
		gate = NULL;
		if (!strcmp(member->name, "gate"))
			gate = doc_get(doc, "gate");
		if (json_type(gate) == JSON_OBJECT)
			seal_gate(&jw, gate);
		else
			jw_raw(&jw, member->name, member->text, member->len);
	}
	jw_end(&jw);
	canon_hash(text.data, text.len, out);
	buf_clear(&text);
}

int
seal_check(struct doc *doc, struct err *err)
{
	const struct json *gate = doc_need(doc, "gate", err);
	char seal[HASH_NAMED_SIZE];
	const char *said;

	if (!gate)
		return -1;
	said = json_get_text(gate, "seal");
	if (!said)
		return err_set(err, EX_DATAERR, "%s: gate.seal: missing",
		    doc->place);
	seal_of(doc, seal);
	if (strcmp(seal, said))
		return err_set(err, EX_DATAERR,
		    "%s: gate.seal: the document was edited after the gate",
		    doc->place);

	return 0;
}
