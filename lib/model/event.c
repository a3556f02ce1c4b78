#include "model/event.h"
#include "base/alloc.h"
#include "json/jw.h"
#include "json/shape.h"
#include "model/event_types.h"
#include "model/fleet.h"
#include <stdlib.h>
#include <string.h>

#define EVENT_ID_MAX 8192

void
event_id(struct buf *out, const struct event *event)
{
	buf_printf(out, "%s:%s", event->cycle, event->type);
	if (event->subject != NULL)
		buf_printf(out, ":%s", event->subject);
	if (event->more != NULL)
		buf_printf(out, ":%s", event->more);
}

void
event_add(struct doc *doc, const struct event *event, struct buf *data)
{
	struct event named = *event;
	struct buf id = { 0 }, text = { 0 };
	struct jw jw;

	if (named.cycle == NULL)
		named.cycle = json_get_text(doc_get(doc, "cycle"), "id");
	if (named.cycle == NULL)
		named.cycle = "";
	event_id(&id, &named);

	jw_init(&jw, &text);
	jw_object(&jw, NULL);
	jw_bytes(&jw, "id", buf_text(&id), id.len);
	jw_text(&jw, "source", event->source);
	jw_text(&jw, "type", event->type);
	if (event->subject != NULL)
		jw_text(&jw, "subject", event->subject);
	jw_raw(&jw, "data", buf_text(data), data->len);
	jw_end(&jw);
	doc_append(doc, "events", &text);

	buf_reset(data);
	buf_clear(&id);
	buf_clear(&text);
}

static bool
is_id(const char *text)
{
	return *text != '\0' && strlen(text) <= EVENT_ID_MAX;
}

static bool
is_source(const char *text)
{
	static const char set[] = "abcdefghijklmnopqrstuvwxyz-/";

	return strncmp(text, "hermes-", 7) == 0 && text[7] != '\0' &&
	       text[strspn(text, set)] == '\0';
}

static bool
is_filled(const char *text)
{
	return *text != '\0';
}

static bool
is_oid(const char *text)
{
	return strlen(text) == 40 && strspn(text, "0123456789abcdef") == 40;
}

#define OID(NAME)                                                              \
	{                                                                      \
		.name = NAME, .type = JSON_STRING, .flags = SHAPE_NULL,        \
		.valid = is_oid, .wanted = "40 hex digits"                     \
	}

/* What the fold makes views of. The views are the next cycle's memory, which
 * takes no other: once in the ledger it would stop every cycle for good. */
static const struct shape data_shape[] = {
	OID("after"),
	OID("before"),
	OID("head"),
	OID("oid"),
	OID("tip"),
	{ 0 },
};

/* Is the subject of such an event a repo_key, or a `group:` of them? */
static bool
is_of_repo(const char *type)
{
	static const char *const families[] = { "hermes.apply.",
		"hermes.check.", "hermes.commit.", "hermes.federation.",
		"hermes.gate.", "hermes.hold.", "hermes.lease.", "hermes.repo.",
		"hermes.rollback.", "hermes.upstream.", NULL };
	size_t i;

	for (i = 0; families[i] != NULL; i++)
		if (strncmp(type, families[i], strlen(families[i])) == 0)
			return true;

	return false;
}

static const struct shape event_shape[] = {
	{ "id", JSON_STRING, SHAPE_NEED, .valid = is_id,
	    .wanted = "1 to 8192 bytes" },
	{ "source", JSON_STRING, SHAPE_NEED, .valid = is_source,
	    .wanted = "the name of a filter" },
	{ "type", JSON_STRING, SHAPE_NEED, .valid = event_type_known,
	    .wanted = "a type of hermes-events(5)" },
	{ "subject", JSON_STRING, SHAPE_NULL, .valid = is_filled,
	    .wanted = "some text" },
	{ .name = "data", .type = JSON_OBJECT, .flags = SHAPE_NEED },
	{ 0 },
};

int
event_check(const struct json *event, const char *place, struct err *err)
{
	const char *subject;
	char *inside;
	int rc;

	if (json_type(event) != JSON_OBJECT)
		return err_set(err, EX_DATAERR,
		    "%s: expected an object, found %s", place,
		    json_type_name(json_type(event)));
	if (shape_check(event, event_shape, 0, place, EX_DATAERR, err) == -1)
		return -1;
	subject = json_get_text(event, "subject");
	if (subject != NULL && strchr(subject, ':') == NULL &&
	    is_of_repo(json_get_text(event, "type")) &&
	    !fleet_key_valid(subject))
		return err_set(err, EX_DATAERR,
		    "%s.subject: expected a repo_key, found \"%.200s\"", place,
		    subject);
	inside = xasprintf("%s.data", place);
	rc = shape_check(json_get(event, "data"), data_shape, 0, inside,
	    EX_DATAERR, err);
	free(inside);

	return rc;
}
