#include "release.h"
#include "json/jw.h"
#include "model/event.h"
#include "model/parts.h"
#include <inttypes.h>
#include <stdio.h>

int
release_check(struct doc *doc, struct err *err)
{
	static const char *const names[] = { "lease", NULL };

	return parts_check(doc, names, err);
}

static void
say(struct doc *doc, const char *repo_key, int64_t token)
{
	struct buf data = { 0 };
	char more[24];
	struct event event = {
		.source = "hermes-lease/release",
		.type = "hermes.lease.released",
		.subject = repo_key,
		.more = more,
	};
	struct jw jw;

	snprintf(more, sizeof(more), "%" PRId64, token);
	jw_init(&jw, &data);
	jw_object(&jw, NULL);
	jw_int(&jw, "token", token);
	jw_end(&jw);
	event_add(doc, &event, &data);
	buf_clear(&data);
}

static void
row_write(struct jw *jw, const char *repo_key, int64_t token, const char *why)
{
	jw_object(jw, NULL);
	jw_text(jw, "repo_key", repo_key);
	jw_int(jw, "token", token);
	if (why)
		jw_text(jw, "why", why);
	jw_end(jw);
}

void
release_add(struct doc *doc, struct world *world)
{
	const struct json *reservations =
	    json_get(doc_get(doc, "lease"), "reservations");
	const struct json *row;
	struct buf released = { 0 }, kept = { 0 }, text = { 0 };
	struct jw out, back, stay;
	const char *repo_key, *why;
	int64_t token;

	jw_init(&back, &released);
	jw_array(&back, NULL);
	jw_init(&stay, &kept);
	jw_array(&stay, NULL);
	for (row = json_first(reservations); row; row = json_next(row)) {
		if (!json_get_bool(row, "granted", false))
			continue;
		repo_key = json_get_text(row, "repo_key");
		token = json_get_int(row, "token", 0);
		why = world->dry ? "not-held"
				 : lease_release(&world->table, repo_key,
				       &world->holder, token);
		row_write(why ? &stay : &back, repo_key, token, why);
		if (!why)
			say(doc, repo_key, token);
	}
	jw_end(&back);
	jw_end(&stay);

	jw_init(&out, &text);
	jw_object(&out, NULL);
	jw_raw(&out, "released", released.data, released.len);
	jw_raw(&out, "kept", kept.data, kept.len);
	jw_end(&out);
	doc_put(doc, "release", &text);
	buf_clear(&released);
	buf_clear(&kept);
}
