#include "json/doc.h"
#include "base/alloc.h"
#include "json/escape.h"
#include "json/jw.h"
#include "json/strict.h"
#include <stdlib.h>
#include <string.h>

/* The stages in the order of a cycle; "ledger" speaks more than once. */
static const char *const stages[] = { "probe", "plan", "lease", "topo", "gate",
	"ledger", "exec", "release", "project" };

#define STAGE_COUNT (sizeof stages / sizeof *stages)

static struct doc_member *
find(const struct doc *doc, const char *name)
{
	size_t i;

	for (i = 0; i < doc->count; i++)
		if (strcmp(doc->members[i].name, name) == 0)
			return &doc->members[i];
	return NULL;
}

static struct doc_member *
push(struct doc *doc, char *name)
{
	struct doc_member *member;

	doc->members =
	    xgrow(doc->members, doc->count, &doc->cap, sizeof *doc->members);
	member = &doc->members[doc->count++];
	*member = (struct doc_member){ .name = name };
	return member;
}

static void
forget(struct doc_member *member)
{
	json_free(member->value);
	buf_clear(&member->own);
	member->value = NULL;
}

static void
set_own(struct doc_member *member, struct buf *text)
{
	forget(member);
	member->own = *text;
	member->text = member->own.data;
	member->len = member->own.len;
	*text = (struct buf){ 0 };
}

/* All of `in`; one byte beyond DOC_SIZE_MAX is enough to know. */
static int
slurp(struct doc *doc, FILE *in, struct err *err)
{
	size_t got;

	do {
		buf_reserve(&doc->bytes,
		    doc->bytes.len < 65536 ? 65536 : doc->bytes.len);
		got = fread(doc->bytes.data + doc->bytes.len, 1,
		    doc->bytes.cap - doc->bytes.len - 1, in);
		doc->bytes.len += got;
		if (doc->bytes.len > DOC_SIZE_MAX)
			return err_set(err, EX_DATAERR,
			    "%s: larger than 256 MiB", doc->place);
	} while (got > 0);
	doc->bytes.data[doc->bytes.len] = '\0';
	if (ferror(in))
		return err_sys(err, EX_IOERR, "%s", doc->place);
	if (doc->bytes.len == 0)
		return err_set(err, EX_DATAERR, "%s: empty%s", doc->place,
		    strcmp(doc->place, "stdin") == 0
			? ": did the stage before fail?"
			: "");
	return 0;
}

int
doc_read(struct doc *doc, FILE *in, const char *place, struct err *err)
{
	struct strict_member *members = NULL;
	struct buf name = { 0 };
	const char *text;
	size_t i, count;

	*doc = (struct doc){ .place = xstrdup(place) };
	if (slurp(doc, in, err) == -1 ||
	    strict_check(doc->bytes.data, doc->bytes.len, place, &members,
		&count, err) == -1) {
		doc_clear(doc);
		return -1;
	}
	text = doc->bytes.data;
	for (i = 0; i < count; i++) {
		struct doc_member *member;

		escape_undo(&name, text + members[i].name_at,
		    members[i].name_len);
		member = push(doc, buf_take(&name));
		member->text = text + members[i].value_at;
		member->len = members[i].value_len;
	}
	free(members);
	return 0;
}

void
doc_new(struct doc *doc, const char *schema)
{
	struct buf text = { 0 };
	struct jw jw;

	*doc = (struct doc){ .place = xstrdup("document") };
	jw_init(&jw, &text);
	jw_text(&jw, NULL, schema);
	doc_put(doc, "schema", &text);
}

const struct json *
doc_get(struct doc *doc, const char *name)
{
	struct doc_member *member = find(doc, name);
	struct err err;

	if (member == NULL)
		return NULL;
	if (member->value == NULL)
		member->value =
		    json_parse_checked(member->text, member->len, &err);
	if (member->value == NULL)
		abort();
	return member->value;
}

/* Who adds the member: a stage its own, the probe what opens a cycle. */
static const char *
writer(const char *name)
{
	size_t i;

	if (strcmp(name, "release") == 0)
		return "lease -r";
	for (i = 0; i < STAGE_COUNT; i++)
		if (strcmp(stages[i], name) == 0)
			return name;
	return "probe";
}

const struct json *
doc_need(struct doc *doc, const char *name, struct err *err)
{
	const struct json *value = doc_get(doc, name);

	if (value == NULL) {
		err_set(err, EX_DATAERR, "%s: %s: missing: run hermes-%s first",
		    doc->place, name, writer(name));
		return NULL;
	}
	if (json_type(value) != JSON_OBJECT) {
		err_set(err, EX_DATAERR, "%s: %s: expected an object, found %s",
		    doc->place, name, json_type_name(json_type(value)));
		return NULL;
	}
	return value;
}

const char *
doc_raw(const struct doc *doc, const char *name, size_t *len)
{
	const struct doc_member *member = find(doc, name);

	if (member == NULL)
		return NULL;
	*len = member->len;
	return member->text;
}

void
doc_put(struct doc *doc, const char *name, struct buf *text)
{
	struct doc_member *member = find(doc, name);

	if (member == NULL)
		member = push(doc, xstrdup(name));
	set_own(member, text);
}

void
doc_remove(struct doc *doc, const char *name)
{
	struct doc_member *member = find(doc, name);
	size_t at;

	if (member == NULL)
		return;
	forget(member);
	free(member->name);
	at = (size_t)(member - doc->members);
	memmove(member, member + 1, (doc->count - at - 1) * sizeof *member);
	doc->count--;
}

/* Does `source` ("hermes-plan") name stages[first] or one behind it? */
static bool
said_from(const char *source, size_t first)
{
	size_t i;

	if (source == NULL || strncmp(source, "hermes-", 7) != 0)
		return false;
	for (i = first; i < STAGE_COUNT; i++)
		if (strcmp(source + 7, stages[i]) == 0)
			return true;
	return strcmp(source + 7, "lease/release") == 0;
}

static int
drop_events(struct doc *doc, size_t first, struct err *err)
{
	const struct json *events = doc_get(doc, "events"), *event;
	struct buf text = { 0 };
	struct jw jw;

	if (events == NULL)
		return 0;
	if (json_type(events) != JSON_ARRAY)
		return err_set(err, EX_DATAERR,
		    "%s: events: expected an array, found %s", doc->place,
		    json_type_name(json_type(events)));
	event = json_first(events);
	while (
	    event != NULL && !said_from(json_get_text(event, "source"), first))
		event = json_next(event);
	if (event == NULL) /* nothing to drop: the bytes stay as they came */
		return 0;
	jw_init(&jw, &text);
	jw_array(&jw, NULL);
	for (event = json_first(events); event != NULL;
	     event = json_next(event))
		if (!said_from(json_get_text(event, "source"), first))
			jw_value(&jw, NULL, event);
	jw_end(&jw);
	doc_put(doc, "events", &text);
	return 0;
}

int
doc_begin(struct doc *doc, const char *stage, struct err *err)
{
	size_t i, first;

	for (first = 0; first < STAGE_COUNT; first++)
		if (strcmp(stages[first], stage) == 0)
			break;
	if (first == STAGE_COUNT)
		abort();
	if (find(doc, stage) == NULL)
		return 0;
	for (i = first; i < STAGE_COUNT; i++)
		doc_remove(doc, stages[i]);
	return drop_events(doc, first, err);
}

/* The array's bytes as our own, without the closing bracket. */
static struct buf
open_array(struct doc_member *member)
{
	struct buf text = member->own;
	size_t len = member->len - 1;

	if (text.data == NULL)
		buf_add(&text, member->text, len);
	while (len > 1 && strchr(" \t\r\n", text.data[len - 1]) != NULL)
		len--;
	text.len = len;
	member->own = (struct buf){ 0 };
	return text;
}

void
doc_append(struct doc *doc, const char *name, struct buf *text)
{
	struct doc_member *member = find(doc, name);
	struct buf all = { 0 };

	if (member == NULL)
		buf_putc(&all, '[');
	else
		all = open_array(member);
	if (all.len > 1)
		buf_putc(&all, ',');
	buf_add(&all, text->data, text->len);
	buf_putc(&all, ']');
	buf_clear(text);
	doc_put(doc, name, &all);
}

int
doc_is(struct doc *doc, const char *schema, struct err *err)
{
	const char *found = json_text(doc_get(doc, "schema"));

	if (found == NULL)
		return err_set(err, EX_DATAERR,
		    "%s: schema: expected \"%s\", found %s", doc->place, schema,
		    json_type_name(json_type(doc_get(doc, "schema"))));
	if (strcmp(found, schema) != 0)
		return err_set(err, EX_DATAERR,
		    "%s: schema: expected \"%s\", found \"%.80s\"", doc->place,
		    schema, found);
	return 0;
}

/* What stands before the value of member `i`. */
static void
write_head(const struct doc *doc, size_t i, struct buf *out)
{
	const char *name = doc->members[i].name;

	buf_puts(out, i > 0 ? ",\n" : "");
	escape_add(out, name, strlen(name));
	buf_putc(out, ':');
}

void
doc_bytes(const struct doc *doc, struct buf *out)
{
	size_t i;

	buf_putc(out, '{');
	for (i = 0; i < doc->count; i++) {
		write_head(doc, i, out);
		buf_add(out, doc->members[i].text, doc->members[i].len);
	}
	buf_puts(out, "}\n");
}

static size_t
size_of(const struct doc *doc)
{
	struct buf head = { 0 };
	size_t i, size = strlen("{}\n");

	for (i = 0; i < doc->count; i++) {
		write_head(doc, i, &head);
		size += head.len + doc->members[i].len;
		buf_reset(&head);
	}
	buf_clear(&head);

	return size;
}

int
doc_write(const struct doc *doc, FILE *out, struct err *err)
{
	struct buf head = { 0 };
	bool ok = true;
	size_t i;

	if (size_of(doc) > DOC_SIZE_MAX)
		return err_set(err, EX_DATAERR,
		    "stdout: would be larger than 256 MiB");
	buf_putc(&head, '{');
	for (i = 0; ok && i < doc->count; i++) {
		write_head(doc, i, &head);
		ok = fwrite(head.data, 1, head.len, out) == head.len &&
		     fwrite(doc->members[i].text, 1, doc->members[i].len,
			 out) == doc->members[i].len;
		buf_reset(&head);
	}
	buf_puts(&head, "}\n");
	ok = ok && fwrite(head.data, 1, head.len, out) == head.len &&
	     fflush(out) == 0;
	buf_clear(&head);
	return ok ? 0 : err_sys(err, EX_IOERR, "stdout");
}

void
doc_clear(struct doc *doc)
{
	size_t i;

	for (i = 0; i < doc->count; i++) {
		forget(&doc->members[i]);
		free(doc->members[i].name);
	}
	free(doc->members);
	free(doc->place);
	buf_clear(&doc->bytes);
	*doc = (struct doc){ 0 };
}
