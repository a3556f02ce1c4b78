#include "model/seal.h"
#include "json/canon.h"
#include "json/escape.h"
#include "json/jw.h"
#include "json/strict.h"
#include <stdlib.h>
#include <string.h>

/* The gate's members as they stand, but for the seal. */
static void
seal_gate(struct jw *jw, const char *text, size_t len)
{
	struct strict_member *members = NULL;
	struct buf name = { 0 };
	struct err err;
	size_t i, count = 0;

	if (strict_check(text, len, "gate", &members, &count, &err) == -1)
		abort(); /* the document was checked when it was read */
	jw_object(jw, "gate");
	for (i = 0; i < count; i++) {
		buf_reset(&name);
		escape_undo(&name, text + members[i].name_at,
		    members[i].name_len);
		if (strcmp(buf_text(&name), "seal"))
			jw_raw(jw, buf_text(&name), text + members[i].value_at,
			    members[i].value_len);
	}
	jw_end(jw);
	buf_clear(&name);
	free(members);
}

void
seal_of(struct doc *doc, char out[HASH_NAMED_SIZE])
{
	const struct doc_member *member;
	struct buf text = { 0 };
	struct jw jw;
	size_t i;

	jw_init(&jw, &text);
	jw_object(&jw, NULL);
	for (i = 0; i < doc->count; i++) {
		member = &doc->members[i];
		if (!strcmp(member->name, "ledger"))
			continue;
		if (!strcmp(member->name, "gate") && *member->text == '{')
			seal_gate(&jw, member->text, member->len);
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
