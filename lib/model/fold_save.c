#include "model/fold_save.h"
#include "base/alloc.h"
#include "model/fold_patch.h"
#include <stdlib.h>
#include <string.h>

enum kind { TEXT, NUMBER, INSTANT };

/* What of a repository is one text, number or instant. What is as in a fresh
 * one is left out. */
static const struct field {
	const char *name;
	enum kind kind;
	size_t offset;
} fields[] = {
#define FIELD(kind, member)                                                    \
	{                                                                      \
#member, kind, offsetof(struct fold_repo, member)              \
	}
	FIELD(TEXT, reason),
	FIELD(TEXT, code),
	FIELD(TEXT, recommendation),
	FIELD(TEXT, branch),
	FIELD(TEXT, head),
	FIELD(TEXT, tip),
	FIELD(TEXT, text),
	FIELD(TEXT, endpoint_role),
	FIELD(TEXT, primary_tip),
	FIELD(TEXT, seen_tip),
	FIELD(INSTANT, seen_at),
	FIELD(NUMBER, applied_token),
	FIELD(TEXT, applied_before),
	FIELD(TEXT, applied_after),
	FIELD(INSTANT, applied_at),
	FIELD(INSTANT, failure_at),
	FIELD(NUMBER, failure_streak_count),
	FIELD(TEXT, verdict),
	FIELD(TEXT, verdict_code),
	FIELD(TEXT, verdict_before),
	FIELD(TEXT, verdict_after),
	FIELD(INSTANT, verdict_at),
	FIELD(NUMBER, refusal_count),
#undef FIELD
#define FIELD(kind, member)                                                    \
	{                                                                      \
		"broken_" #member, kind,                                       \
		    offsetof(struct fold_repo, broken.member)                  \
	}
	FIELD(NUMBER, seq),
	FIELD(NUMBER, token),
	FIELD(TEXT, why),
	FIELD(TEXT, author),
	FIELD(INSTANT, at),
#undef FIELD
};

#define FIELD_COUNT (sizeof fields / sizeof *fields)

static const struct fold_repo fresh = { .failure_at = FOLD_NEVER };

static void *
place_of(const struct fold_repo *repo, const struct field *field)
{
	return (char *)repo + field->offset;
}

static void
field_save(const struct fold_repo *repo, const struct field *field,
    struct jw *jw)
{
	char *const *text = place_of(repo, field);
	const int64_t *number = place_of(repo, field);

	if (field->kind == TEXT) {
		if (*text != NULL)
			jw_text(jw, field->name, *text);
	} else if (*number != *(int64_t *)place_of(&fresh, field)) {
		if (field->kind == INSTANT)
			jw_instant(jw, field->name, *number);
		else
			jw_int(jw, field->name, *number);
	}
}

static instant
instant_of(const struct json *object, const char *name, instant otherwise)
{
	const char *text = json_get_text(object, name);
	instant at;

	return text != NULL && instant_parse(text, &at) == 0 ? at : otherwise;
}

static void
open_save(const struct fold_open *open, struct jw *jw)
{
	jw_object(jw, "open");
	jw_int(jw, "token", open->token);
	jw_text(jw, "strategy", open->strategy);
	if (open->check != NULL)
		jw_raw(jw, "check", open->check, strlen(open->check));
	jw_end(jw);
}

static void
lists_save(const struct fold_repo *repo, struct jw *jw)
{
	size_t i;

	if (repo->bad_count > 0)
		fold_bad_write(repo, "bad_commits", jw);
	if (repo->hold_count > 0) {
		jw_array(jw, "holds");
		for (i = 0; i < repo->hold_count; i++) {
			jw_object(jw, NULL);
			fold_hold_write(&repo->holds[i], jw);
			jw_end(jw);
		}
		jw_end(jw);
	}
	if (repo->rollback_count > 0)
		fold_rollbacks_write(repo, "rollbacks", jw);
	if (repo->points.count > 0)
		fold_points_write(&repo->points, "points", jw);
}

static void
repo_save(struct fold_repo *repo, struct jw *jw)
{
	size_t i;

	jw_object(jw, NULL);
	jw_text(jw, "repo_key", repo->repo_key);
	jw_bool(jw, "present", repo->present);
	jw_bool(jw, "shown", repo->shown);
	for (i = 0; i < FIELD_COUNT; i++)
		field_save(repo, &fields[i], jw);
	if (repo->open.token != 0)
		open_save(&repo->open, jw);
	if (repo->known.attempt_count > 0) {
		jw_object(jw, "known");
		intelligence_write(&repo->known, jw);
		jw_end(jw);
	}
	lists_save(repo, jw);
	if (repo->dirty) {
		jw_array(jw, "was");
		for (i = 0; i < FOLD_MEMBER_COUNT && repo->was[i] != NULL; i++)
			jw_raw(jw, NULL, repo->was[i], strlen(repo->was[i]));
		jw_end(jw);
	}
	jw_end(jw);
}

static void
head_save(const struct fold_head *head, const char *name, bool whole,
    struct jw *jw)
{
	jw_object(jw, name);
	if (whole) {
		jw_int(jw, "seq", head->seq);
		jw_text(jw, "hash", head->hash);
	}
	jw_int(jw, "last_token", head->last_token);
	jw_text(jw, "pressure", head->pressure);
	jw_bool(jw, "offline", head->offline);
	jw_end(jw);
}

static void
totals_save(const struct fold *fold, struct jw *jw)
{
	jw_object(jw, "totals");
	jw_int(jw, "cycle_count", fold->totals.cycle_count);
	jw_int(jw, "applied_count", fold->totals.applied_count);
	jw_int(jw, "rolled_back_count", fold->totals.rolled_back_count);
	jw_int(jw, "refused_count", fold->totals.refused_count);
	jw_int(jw, "blocked_count", fold->totals.blocked_count);
	jw_int(jw, "unknown_count", fold->unknown_count);
	jw_int(jw, "line_count", fold->line_count);
	jw_end(jw);
}

/* Retired before the last boundary: nothing of it is left to know. */
static bool
is_gone(const struct fold_repo *repo)
{
	return !repo->present && !repo->shown && !repo->dirty;
}

void
fold_save(struct fold *fold, const char *name, struct jw *jw)
{
	size_t i;

	fold_sort(fold);
	jw_object(jw, name);
	jw_int(jw, "version", FOLD_SAVE_VERSION);
	head_save(&fold->head, "head", false, jw);
	head_save(&fold->mark, "mark", true, jw);
	totals_save(fold, jw);
	fold_cycle_write(&fold->cycle, "cycle", jw);
	fold_holds_write(&fold->holds, "holds", jw);
	jw_text(jw, "holds_was", fold->holds_was);
	jw_array(jw, "repos");
	for (i = 0; i < fold->repo_count; i++)
		if (!is_gone(fold->repos[i]))
			repo_save(fold->repos[i], jw);
	jw_end(jw);
	jw_array(jw, "remotes");
	for (i = 0; i < fold->remote_count; i++)
		fold_remote_write(fold->remotes[i], jw);
	jw_end(jw);
	jw_end(jw);
}

static char *
value_text(const struct json *value)
{
	struct buf text = { 0 };
	struct jw jw;

	jw_init(&jw, &text);
	jw_value(&jw, NULL, value);
	return buf_take(&text);
}

static void
bad_restore(struct fold_repo *repo, const struct json *list)
{
	const struct json *each;
	struct fold_bad *bad;

	for (each = json_first(list); each != NULL; each = json_next(each)) {
		bad = fold_bad_add(repo);
		fold_text(&bad->oid, json_get_text(each, "oid"));
		fold_text(&bad->code, json_get_text(each, "code"));
		bad->at = instant_of(each, "at", 0);
		bad->token = json_get_int(each, "token", 0);
	}
}

static void
holds_restore(struct fold_repo *repo, const struct json *list)
{
	const struct json *each;

	for (each = json_first(list); each != NULL; each = json_next(each))
		fold_hold_read(fold_hold_add(repo), each);
}

static void
rollbacks_restore(struct fold_repo *repo, const struct json *list)
{
	const struct json *each, *check;
	struct fold_rollback *to;

	for (each = json_first(list); each != NULL; each = json_next(each)) {
		to = fold_rollback_add(repo);
		to->at = instant_of(each, "at", 0);
		to->token = json_get_int(each, "token", 0);
		fold_text(&to->cycle, json_get_text(each, "cycle"));
		fold_text(&to->branch, json_get_text(each, "branch"));
		fold_text(&to->before, json_get_text(each, "before"));
		fold_text(&to->after, json_get_text(each, "after"));
		fold_text(&to->code, json_get_text(each, "code"));
		fold_text(&to->outcome, json_get_text(each, "outcome"));
		check = json_get(each, "check");
		if (json_type(check) == JSON_ARRAY)
			to->check = value_text(check);
	}
}

static void
open_restore(struct fold_open *open, const struct json *object)
{
	const struct json *check = json_get(object, "check");

	open->token = json_get_int(object, "token", 0);
	fold_text(&open->strategy, json_get_text(object, "strategy"));
	if (check != NULL)
		open->check = value_text(check);
}

static void
was_restore(struct fold *fold, struct fold_repo *repo, const struct json *list)
{
	const struct json *each;
	int i = 0;

	if (list == NULL)
		return;
	fold->dirty = xgrow(fold->dirty, fold->dirty_count, &fold->dirty_cap,
	    sizeof(struct fold_repo *));
	fold->dirty[fold->dirty_count++] = repo;
	repo->dirty = true;
	for (each = json_first(list); each != NULL && i < FOLD_MEMBER_COUNT;
	     each = json_next(each))
		repo->was[i++] = value_text(each);
}

static void
field_restore(struct fold_repo *repo, const struct field *field,
    const struct json *value)
{
	int64_t *number = place_of(repo, field);
	const char *text = json_text(value);

	if (field->kind == TEXT)
		fold_text(place_of(repo, field), text);
	else if (field->kind == NUMBER)
		*number = json_int(value, 0);
	else if (text == NULL || instant_parse(text, number) == -1)
		*number = *(int64_t *)place_of(&fresh, field);
}

/* Members come in the order of the table, so the search goes on from the
 * last one found: there are many repositories. */
static bool
next_field(struct fold_repo *repo, size_t *next, const struct json *member)
{
	size_t i;

	for (i = *next; i < FIELD_COUNT; i++)
		if (strcmp(json_name(member), fields[i].name) == 0) {
			field_restore(repo, &fields[i], member);
			*next = i + 1;
			return true;
		}
	return false;
}

static void
other_restore(struct fold *fold, struct fold_repo *repo,
    const struct json *value)
{
	const char *name = json_name(value);

	if (strcmp(name, "present") == 0)
		repo->present = json_bool(value, false);
	else if (strcmp(name, "shown") == 0)
		repo->shown = json_bool(value, false);
	else if (strcmp(name, "bad_commits") == 0)
		bad_restore(repo, value);
	else if (strcmp(name, "holds") == 0)
		holds_restore(repo, value);
	else if (strcmp(name, "rollbacks") == 0)
		rollbacks_restore(repo, value);
	else if (strcmp(name, "points") == 0)
		fold_points_read(&repo->points, value);
	else if (strcmp(name, "open") == 0)
		open_restore(&repo->open, value);
	else if (strcmp(name, "known") == 0)
		intelligence_read(&repo->known, value);
	else if (strcmp(name, "was") == 0)
		was_restore(fold, repo, value);
}

static void
repo_restore(struct fold *fold, const struct json *object)
{
	const char *key = json_get_text(object, "repo_key");
	const struct json *member;
	struct fold_repo *repo;
	size_t next = 0;

	if (key == NULL || map_get(&fold->by_key, key) != NULL)
		return;
	repo = fold_add(fold, key);
	for (member = json_first(object); member != NULL;
	     member = json_next(member))
		if (!next_field(repo, &next, member))
			other_restore(fold, repo, member);
}

static void
remote_restore(struct fold *fold, const struct json *object)
{
	const char *url = json_get_text(object, "url");
	struct fold_remote *remote;

	if (url == NULL)
		return;
	remote = fold_remote(fold, url);
	fold_text(&remote->host, json_get_text(object, "host"));
	fold_text(&remote->class, json_get_text(object, "class"));
	remote->degraded = json_get_bool(object, "degraded", false);
	remote->degraded_count = json_get_int(object, "degraded_count", 0);
	remote->recovered_count = json_get_int(object, "recovered_count", 0);
	remote->since_at = instant_of(object, "since_at", 0);
}

static void
head_restore(struct fold_head *head, const struct json *object)
{
	const char *hash = json_get_text(object, "hash");

	head->seq = json_get_int(object, "seq", 0);
	if (hash != NULL && strlen(hash) == HASH_HEX_SIZE - 1)
		memcpy(head->hash, hash, HASH_HEX_SIZE);
	head->last_token = json_get_int(object, "last_token", 0);
	fold_text(&head->pressure, json_get_text(object, "pressure"));
	head->offline = json_get_bool(object, "offline", false);
}

static void
totals_restore(struct fold *fold, const struct json *object)
{
	struct fold_totals *totals = &fold->totals;

	totals->cycle_count = json_get_int(object, "cycle_count", 0);
	totals->applied_count = json_get_int(object, "applied_count", 0);
	totals->rolled_back_count =
	    json_get_int(object, "rolled_back_count", 0);
	totals->refused_count = json_get_int(object, "refused_count", 0);
	totals->blocked_count = json_get_int(object, "blocked_count", 0);
	fold->unknown_count = json_get_int(object, "unknown_count", 0);
	fold->line_count = json_get_int(object, "line_count", 0);
}

void
fold_restore(struct fold *fold, const struct json *object)
{
	const struct json *each;

	head_restore(&fold->head, json_get(object, "head"));
	head_restore(&fold->mark, json_get(object, "mark"));
	totals_restore(fold, json_get(object, "totals"));
	fold_cycle_read(&fold->cycle, json_get(object, "cycle"));
	fold_holds_read(&fold->holds, json_get(object, "holds"));
	fold_text(&fold->holds_was, json_get_text(object, "holds_was"));
	each = json_first(json_get(object, "repos"));
	for (; each != NULL; each = json_next(each))
		repo_restore(fold, each);
	each = json_first(json_get(object, "remotes"));
	for (; each != NULL; each = json_next(each))
		remote_restore(fold, each);
	fold_show(fold);
}
