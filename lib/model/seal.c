#include "model/seal.h"
#include "base/alloc.h"
#include "json/canon.h"
#include "json/escape.h"
#include "json/jw.h"
#include "json/strict.h"
#include <stdlib.h>
#include <string.h>

/* The gate's members as they stand, but for the seal. */
static void
gate_text(const char *text, size_t len, struct buf *out)
{
	struct strict_member *members = NULL;
	struct buf name = { 0 };
	struct err err;
	struct jw jw;
	size_t i, count = 0;

	if (strict_check(text, len, "gate", &members, &count, &err) == -1)
		abort(); /* the document was checked when it was read */
	jw_init(&jw, out);
	jw_object(&jw, NULL);
	for (i = 0; i < count; i++) {
		buf_reset(&name);
		escape_undo(&name, text + members[i].name_at,
		    members[i].name_len);
		if (strcmp(buf_text(&name), "seal"))
			jw_raw(&jw, buf_text(&name), text + members[i].value_at,
			    members[i].value_len);
	}
	jw_end(&jw);
	buf_clear(&name);
	free(members);
}

void
seal_of(struct doc *doc, char out[HASH_NAMED_SIZE])
{
	struct canon_member *members =
	    xcalloc(doc->count + 1, sizeof(*members));
	const struct doc_member *member;
	struct buf gate = { 0 };
	size_t i, count = 0;

	for (i = 0; i < doc->count; i++) {
		member = &doc->members[i];
		if (!strcmp(member->name, "ledger"))
			continue;
		members[count++] = (struct canon_member){ member->name,
			member->text, member->len };
		if (strcmp(member->name, "gate") || *member->text != '{')
			continue;
		gate_text(member->text, member->len, &gate);
		members[count - 1].text = gate.data;
		members[count - 1].len = gate.len;
	}
	canon_hash_members(members, count, out);
	free(members);
	buf_clear(&gate);
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
