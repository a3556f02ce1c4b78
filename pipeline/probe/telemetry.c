#include "telemetry.h"
#include "json/value.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define STATE_FILE "runtime_resource_state.json"
#define TELEMETRY_FILE "runtime_resource_telemetry.json"
#define SAMPLE_MAX 32
#define SAMPLE_EVERY_MS 60000

/*
 * What the file held; NULL where there is none or it is damaged: nothing is
 * decided by these two, so they begin anew.
 */
static int
file_load(const struct state *state, const char *name, struct json **root,
    struct err *err)
{
	struct buf text = { 0 };
	struct err ignored;
	int rc = state_read(state, name, &text, err);

	*root = NULL;
	if (rc == 1)
		*root = json_parse(buf_text(&text), text.len, name, &ignored);
	buf_clear(&text);

	return rc == -1 ? -1 : 0;
}

static int
file_keep(const struct state *state, const char *name, struct buf *text,
    struct err *err)
{
	int rc;

	buf_putc(text, '\n');
	rc = state_write(state, name, text->data, text->len, err);
	buf_clear(text);

	return rc == -1 ? -1 : 0;
}

static int
state_keep(const struct resources *resources, const struct state *state,
    instant now, struct err *err)
{
	const char *class = resources_class_name(resources->class), *was;
	struct buf text = { 0 };
	struct json *old;
	instant since = now;
	struct jw jw;

	if (file_load(state, STATE_FILE, &old, err) == -1)
		return -1;
	was = json_get_text(old, "class");
	if (was != NULL && strcmp(was, class) == 0 &&
	    json_get_text(old, "since_at") != NULL &&
	    instant_parse(json_get_text(old, "since_at"), &since) == -1)
		since = now;
	json_free(old);
	jw_init(&jw, &text);
	jw_object(&jw, NULL);
	jw_text(&jw, "schema", "hermes.runtime_resource_state/1");
	jw_text(&jw, "class", class);
	jw_text(&jw, "reason",
	    resources->class == RESOURCES_NONE ? NULL : resources->reason);
	jw_instant(&jw, "since_at", since);
	jw_end(&jw);

	return file_keep(state, STATE_FILE, &text, err);
}

/* Is it time for another sample behind `last`? */
static bool
sample_due(const struct json *last, const struct resources *resources,
    instant now)
{
	const char *at = json_get_text(last, "at");
	const char *class = json_get_text(last, "class");
	instant then;

	if (at == NULL || class == NULL || instant_parse(at, &then) == -1)
		return true;
	if (strcmp(class, resources_class_name(resources->class)) != 0)
		return true;

	return now < then || now - then >= SAMPLE_EVERY_MS;
}

static int
telemetry_keep(const struct resources *resources, const struct state *state,
    instant now, struct err *err)
{
	const struct json *samples, *at, *last = NULL;
	struct buf text = { 0 };
	struct json *old;
	struct jw jw;
	size_t count;

	if (file_load(state, TELEMETRY_FILE, &old, err) == -1)
		return -1;
	samples = json_get(old, "samples");
	for (at = json_first(samples); at != NULL; at = json_next(at))
		last = at;
	if (!sample_due(last, resources, now)) {
		json_free(old);
		return 0;
	}
	jw_init(&jw, &text);
	jw_object(&jw, NULL);
	jw_text(&jw, "schema", "hermes.runtime_resource_telemetry/1");
	jw_array(&jw, "samples");
	count = json_count(samples);
	for (at = json_first(samples); at != NULL; at = json_next(at))
		if (count-- < SAMPLE_MAX)
			jw_value(&jw, NULL, at);
	resources_sample(resources, now, &jw);
	jw_end(&jw);
	jw_end(&jw);
	json_free(old);

	return file_keep(state, TELEMETRY_FILE, &text, err);
}

int
resources_keep(const struct resources *resources, const struct state *state,
    instant now, struct err *err)
{
	if (state_keep(resources, state, now, err) == -1)
		return -1;

	return telemetry_keep(resources, state, now, err);
}
