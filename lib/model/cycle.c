#include "model/cycle.h"
#include "base/hash.h"
#include "json/jw.h"
#include "json/shape.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* d: a digit, x: a hex digit, else itself. */
static const char id_form[] = "ddddddddTddddddZ-xxxxxxxx";

int
cycle_id_make(char out[CYCLE_ID_SIZE], const struct cycle *cycle, int64_t pid)
{
	char at[INSTANT_SIZE], hex[HASH_HEX_SIZE];
	struct buf seed = { 0 };
	struct hash hash;

	if (instant_format(cycle->real_at, at) == -1)
		return -1;
	buf_printf(&seed, "%s %" PRId64 " %" PRId64, cycle->boot_id,
	    cycle->boot_ms, pid);
	hash_init(&hash);
	hash_add(&hash, seed.data, seed.len);
	hash_hex(&hash, hex);
	buf_clear(&seed);
	/* 2025-03-01T04:00:00.000Z */
	snprintf(out, CYCLE_ID_SIZE, "%.4s%.2s%.2sT%.2s%.2s%.2sZ-%.8s", at,
	    at + 5, at + 8, at + 11, at + 14, at + 17, hex);
	return 0;
}

static bool
fits(char c, char form)
{
	switch (form) {
	case 'd':
		return c >= '0' && c <= '9';
	case 'x':
		return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
	default:
		return c == form;
	}
}

bool
cycle_id_valid(const char *id)
{
	size_t i;

	for (i = 0; id_form[i] != '\0'; i++)
		if (!fits(id[i], id_form[i]))
			return false;
	return id[i] == '\0';
}

void
cycle_put(struct doc *doc, const struct cycle *cycle)
{
	struct buf text = { 0 };
	struct jw jw;

	jw_init(&jw, &text);
	jw_object(&jw, NULL);
	jw_text(&jw, "id", cycle->id);
	jw_text(&jw, "host", cycle->host);
	jw_object(&jw, "now");
	jw_instant(&jw, "real_at", cycle->real_at);
	jw_int(&jw, "boot_ms", cycle->boot_ms);
	jw_text(&jw, "boot_id", cycle->boot_id);
	jw_end(&jw);
	jw_end(&jw);
	doc_put(doc, "cycle", &text);
	buf_clear(&text);
}

static bool
is_instant(const char *text)
{
	instant at;

	return instant_parse(text, &at) == 0;
}

static bool
is_filled(const char *text)
{
	return *text != '\0';
}

static const struct shape now_shape[] = {
	{ .name = "real_at",
	    .type = JSON_STRING,
	    .flags = SHAPE_NEED,
	    .valid = is_instant,
	    .wanted = "an instant" },
	{ .name = "boot_ms",
	    .type = JSON_NUMBER,
	    .flags = SHAPE_NEED,
	    .min = 0,
	    .max = JSON_INT_MAX },
	{ .name = "boot_id",
	    .type = JSON_STRING,
	    .flags = SHAPE_NEED,
	    .valid = is_filled,
	    .wanted = "some text" },
	{ 0 },
};

static const struct shape cycle_shape[] = {
	{ .name = "id",
	    .type = JSON_STRING,
	    .flags = SHAPE_NEED,
	    .valid = cycle_id_valid,
	    .wanted = "a cycle id" },
	{ .name = "host",
	    .type = JSON_STRING,
	    .flags = SHAPE_NEED,
	    .valid = is_filled,
	    .wanted = "some text" },
	{ .name = "now",
	    .type = JSON_OBJECT,
	    .flags = SHAPE_NEED,
	    .members = now_shape },
	{ 0 },
};

int
cycle_get(struct doc *doc, struct cycle *cycle, struct err *err)
{
	const struct json *member = doc_get(doc, "cycle"), *now;
	struct buf place = { 0 };
	int rc;

	if (json_type(member) != JSON_OBJECT)
		return err_set(err, EX_DATAERR,
		    "%s: cycle: expected an object, found %s", doc->place,
		    json_type_name(json_type(member)));
	buf_printf(&place, "%s: cycle", doc->place);
	rc = shape_check(member, cycle_shape, 0, buf_text(&place), EX_DATAERR,
	    err);
	buf_clear(&place);
	if (rc == -1)
		return -1;
	now = json_get(member, "now");
	cycle->id = json_get_text(member, "id");
	cycle->host = json_get_text(member, "host");
	instant_parse(json_get_text(now, "real_at"), &cycle->real_at);
	cycle->boot_ms = json_get_int(now, "boot_ms", 0);
	cycle->boot_id = json_get_text(now, "boot_id");
	return 0;
}
