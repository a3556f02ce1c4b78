#include "found.h"
#include "model/reason.h"
#include "note.h"
#include <inttypes.h>
#include <string.h>

static bool
is(const char *code, const char *other)
{
	return !strcmp(code, other);
}

int64_t
found_behind_count(const struct plan_repo *repo)
{
	return json_get_int(repo->probe, "behind_count", -1);
}

/* The endpoint that failed with `class`. */
static const struct json *
failed_endpoint(const struct plan_repo *repo, const char *class)
{
	const struct json *at = json_first(json_get(repo->probe, "endpoints"));

	while (at && !is(json_get_text(at, "class"), class))
		at = json_next(at);

	return at;
}

/* By its host, or by the URL of what has none. */
static void
note_remote(struct plan_repo *repo, const struct reason *reason)
{
	const struct json *at = failed_endpoint(repo, reason->code);
	const char *where = json_get_text(at, "host");
	const char *detail = json_get_text(at, "detail");
	const char *code =
	    reason->advice == REASON_DEFER ? "remote-down" : reason->code;

	note_fact(repo, reason->code);
	if (!where)
		where = json_get_text(at, "url");
	if (where)
		note(repo, code, "remote %s %s%s%s", where, reason->code,
		    detail ? ": " : "", detail ? detail : "");
	else
		note(repo, code, "%s", reason->text);
}

void
found_note(struct plan_repo *repo)
{
	const struct reason *reason = reason_find(repo->found);
	const char *detail = json_get_text(repo->probe, "detail");
	const struct json *fact;

	if (reason->kind == REASON_REMOTE)
		note_remote(repo, reason);
	else if (repo->due)
		note(repo, reason->code, "is behind by %" PRId64 " commit%s",
		    found_behind_count(repo),
		    found_behind_count(repo) == 1 ? "" : "s");
	else if (detail)
		note(repo, reason->code, "%s (%s)", reason->text, detail);
	else
		note(repo, reason->code, "%s", reason->text);
	for (fact = json_first(json_get(repo->probe, "facts")); fact;
	     fact = json_next(fact))
		note_fact(repo, json_text(fact));
}
