#include "model/fold_patch.h"
#include "base/alloc.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *
pressure_of(const struct fold_head *head)
{
	return head->pressure != NULL ? head->pressure : "none";
}

static void
repo_write(const struct fold_repo *repo, struct jw *jw)
{
	int i;

	for (i = 0; i < FOLD_MEMBER_COUNT; i++)
		fold_member_write(repo, i, fold_member_names[i], jw);
}

void
fold_snapshot(struct fold *fold, struct buf *out)
{
	struct jw jw;
	size_t i;

	fold_sort(fold);
	jw_init(&jw, out);
	jw_object(&jw, NULL);
	jw_text(&jw, "schema", FOLD_STATE_SCHEMA);
	jw_int(&jw, "seq", fold->head.seq);
	jw_text(&jw, "hash", fold->head.hash);
	jw_int(&jw, "last_token", fold->head.last_token);
	jw_text(&jw, "pressure", pressure_of(&fold->head));
	jw_bool(&jw, "offline", fold->head.offline);
	fold_holds_write(&fold->holds, "holds", &jw);
	jw_array(&jw, "repos");
	for (i = 0; i < fold->repo_count; i++) {
		if (!fold->repos[i]->present)
			continue;
		jw_object(&jw, NULL);
		repo_write(fold->repos[i], &jw);
		jw_end(&jw);
	}
	jw_end(&jw);
	jw_end(&jw);
}

static void
op_begin(struct jw *jw, const char *op, const char *path)
{
	jw_object(jw, NULL);
	jw_text(jw, "op", op);
	jw_text(jw, "path", path);
}

/* The caller's to free. */
static char *
holds_text(const struct fold *fold)
{
	struct buf text = { 0 };
	struct jw jw;

	jw_init(&jw, &text);
	fold_holds_write(&fold->holds, NULL, &jw);
	return buf_take(&text);
}

static void
holds_op(const struct fold *fold, struct jw *jw)
{
	const char *was = fold->holds_was != NULL ? fold->holds_was : "[]";
	char *now = holds_text(fold);

	if (strcmp(now, was) != 0) {
		op_begin(jw, "replace", "/holds");
		jw_raw(jw, "value", now, strlen(now));
		jw_end(jw);
	}
	free(now);
}

static void
head_ops(const struct fold *fold, struct jw *jw)
{
	const struct fold_head *now = &fold->head, *was = &fold->mark;

	op_begin(jw, "replace", "/seq");
	jw_int(jw, "value", now->seq);
	jw_end(jw);
	op_begin(jw, "replace", "/hash");
	jw_text(jw, "value", now->hash);
	jw_end(jw);
	if (now->last_token != was->last_token) {
		op_begin(jw, "replace", "/last_token");
		jw_int(jw, "value", now->last_token);
		jw_end(jw);
	}
	if (strcmp(pressure_of(now), pressure_of(was)) != 0) {
		op_begin(jw, "replace", "/pressure");
		jw_text(jw, "value", pressure_of(now));
		jw_end(jw);
	}
	if (now->offline != was->offline) {
		op_begin(jw, "replace", "/offline");
		jw_bool(jw, "value", now->offline);
		jw_end(jw);
	}
	holds_op(fold, jw);
}

static int
by_key(const void *a, const void *b)
{
	return strcmp((*(struct fold_repo *const *)a)->repo_key,
	    (*(struct fold_repo *const *)b)->repo_key);
}

/* Of what is dirty: in the last boundary's snapshot, in this one's. */
static bool
came(const struct fold_repo *repo)
{
	return repo->was[0] == NULL && repo->present;
}

static bool
went(const struct fold_repo *repo)
{
	return repo->was[0] != NULL && !repo->present;
}

static bool
stayed(const struct fold_repo *repo)
{
	return repo->was[0] != NULL && repo->present;
}

/* Its position in `shown`. */
static size_t
index_of(const struct fold *fold, const struct fold_repo *repo)
{
	struct fold_repo **at = bsearch(&repo, fold->shown, fold->shown_count,
	    sizeof(struct fold_repo *), by_key);

	return (size_t)(at - fold->shown);
}

static void
path_of(const struct fold *fold, const struct fold_repo *repo,
    const char *member, char *path, size_t size)
{
	snprintf(path, size, "/repos/%zu%s%s", index_of(fold, repo),
	    member != NULL ? "/" : "", member != NULL ? member : "");
}

static void
remove_ops(const struct fold *fold, struct jw *jw)
{
	char path[64];
	size_t i;

	for (i = fold->dirty_count; i > 0; i--) {
		const struct fold_repo *repo = fold->dirty[i - 1];

		if (!went(repo))
			continue;
		path_of(fold, repo, NULL, path, sizeof path);
		op_begin(jw, "remove", path);
		jw_end(jw);
	}
}

static void
add_ops(const struct fold *fold, struct jw *jw)
{
	char path[64];
	size_t i;

	for (i = 0; i < fold->dirty_count; i++) {
		const struct fold_repo *repo = fold->dirty[i];

		if (!came(repo))
			continue;
		path_of(fold, repo, NULL, path, sizeof path);
		op_begin(jw, "add", path);
		jw_object(jw, "value");
		repo_write(repo, jw);
		jw_end(jw);
		jw_end(jw);
	}
}

static void
replace_op(const struct fold *fold, const struct fold_repo *repo, int member,
    struct jw *jw)
{
	struct buf now = { 0 };
	struct jw value;
	char path[64];

	jw_init(&value, &now);
	fold_member_write(repo, member, NULL, &value);
	if (strcmp(buf_text(&now), repo->was[member]) != 0) {
		path_of(fold, repo, fold_member_names[member], path,
		    sizeof path);
		op_begin(jw, "replace", path);
		jw_raw(jw, "value", now.data, now.len);
		jw_end(jw);
	}
	buf_clear(&now);
}

static void
replace_ops(const struct fold *fold, struct jw *jw)
{
	size_t i;
	int member;

	for (i = 0; i < fold->dirty_count; i++)
		if (stayed(fold->dirty[i]))
			for (member = 0; member < FOLD_MEMBER_COUNT; member++)
				replace_op(fold, fold->dirty[i], member, jw);
}

void
fold_show(struct fold *fold)
{
	size_t i;

	fold_sort(fold);
	fold->shown = xreallocarray(fold->shown, fold->repo_count + 1,
	    sizeof(struct fold_repo *));
	fold->shown_count = 0;
	for (i = 0; i < fold->repo_count; i++)
		if (fold->repos[i]->shown)
			fold->shown[fold->shown_count++] = fold->repos[i];
}

/* Positions are counted anew only where something came or went (F4). */
static void
renumber(struct fold *fold)
{
	bool moved = false;
	size_t i;

	for (i = 0; i < fold->dirty_count; i++) {
		struct fold_repo *repo = fold->dirty[i];

		moved = moved || came(repo) || went(repo);
		repo->shown = repo->present;
	}
	if (moved)
		fold_show(fold);
}

/* All of the document at once; nothing of it is needed to apply this. */
static void
whole_op(struct fold *fold, struct jw *jw)
{
	struct buf now = { 0 };

	renumber(fold);
	fold_snapshot(fold, &now);
	op_begin(jw, "replace", "");
	jw_raw(jw, "value", now.data, now.len);
	jw_end(jw);
	buf_clear(&now);
}

static void
repo_ops(struct fold *fold, struct jw *jw)
{
	if (fold->dirty_count > 1)
		qsort(fold->dirty, fold->dirty_count,
		    sizeof(struct fold_repo *), by_key);
	remove_ops(fold, jw);
	renumber(fold);
	add_ops(fold, jw);
	replace_ops(fold, jw);
}

static void
begin_next(struct fold *fold)
{
	char *pressure = fold->mark.pressure;
	size_t i;
	int member;

	for (i = 0; i < fold->dirty_count; i++) {
		struct fold_repo *repo = fold->dirty[i];

		repo->dirty = false;
		for (member = 0; member < FOLD_MEMBER_COUNT; member++) {
			free(repo->was[member]);
			repo->was[member] = NULL;
		}
	}
	fold->dirty_count = 0;
	free(fold->holds_was);
	fold->holds_was = holds_text(fold);
	fold->mark = fold->head;
	fold->mark.pressure = pressure;
	fold_text(&fold->mark.pressure, fold->head.pressure);
}

bool
fold_patch(struct fold *fold, const struct fold_event *event, struct buf *out)
{
	bool key = fold->line_count++ % FOLD_KEY_EVERY == 0;
	struct jw jw;

	jw_init(&jw, out);
	jw_object(&jw, NULL);
	jw_text(&jw, "schema", FOLD_HISTORY_SCHEMA);
	jw_int(&jw, "seq", fold->head.seq);
	jw_text(&jw, "cycle", event->cycle);
	jw_instant(&jw, "at", event->at);
	jw_array(&jw, "patch");
	if (key) {
		whole_op(fold, &jw);
	} else {
		head_ops(fold, &jw);
		repo_ops(fold, &jw);
	}
	jw_end(&jw);
	jw_end(&jw);
	buf_putc(out, '\n');
	begin_next(fold);
	return key;
}
