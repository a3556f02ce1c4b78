#include "model/fold_repo.h"
#include "base/alloc.h"
#include <stdlib.h>
#include <string.h>

const char *const fold_member_names[FOLD_MEMBER_COUNT] = { "repo_key", "reason",
	"code", "recommendation", "branch", "head", "tip", "tip_seen_at",
	"text", "endpoint_role", "last_applied", "last_failure_at",
	"failure_streak_count", "bad_commits", "holds", "lease_broken",
	"primary_tip" };

struct fold_repo *
fold_repo_new(const char *repo_key)
{
	struct fold_repo *repo = xcalloc(1, sizeof *repo);

	repo->repo_key = xstrdup(repo_key);
	repo->failure_at = FOLD_NEVER;
	return repo;
}

static void
bad_clear(struct fold_bad *bad)
{
	free(bad->oid);
	free(bad->code);
}

static void
hold_clear(struct fold_hold *hold)
{
	free(hold->why);
	free(hold->author);
}

static void
rollback_clear(struct fold_rollback *rollback)
{
	free(rollback->cycle);
	free(rollback->branch);
	free(rollback->before);
	free(rollback->after);
	free(rollback->code);
	free(rollback->outcome);
	free(rollback->check);
}

static void
texts_clear(struct fold_repo *repo)
{
	free(repo->reason);
	free(repo->code);
	free(repo->recommendation);
	free(repo->branch);
	free(repo->head);
	free(repo->tip);
	free(repo->text);
	free(repo->endpoint_role);
	free(repo->primary_tip);
	free(repo->seen_tip);
	free(repo->applied_before);
	free(repo->applied_after);
	free(repo->verdict);
	free(repo->verdict_code);
	free(repo->verdict_before);
	free(repo->verdict_after);
	free(repo->open.strategy);
	free(repo->open.check);
}

static void
rollbacks_remove(struct fold_repo *repo)
{
	size_t i;

	for (i = 0; i < repo->rollback_count; i++)
		rollback_clear(&repo->rollbacks[i]);
	free(repo->rollbacks);
	repo->rollbacks = NULL;
	repo->rollback_count = 0;
}

void
fold_repo_forget(struct fold_repo *repo)
{
	struct fold_repo kept = { .repo_key = repo->repo_key,
		.shown = repo->shown,
		.dirty = repo->dirty,
		.failure_at = FOLD_NEVER };

	memcpy(kept.was, repo->was, sizeof kept.was);
	texts_clear(repo);
	fold_bad_remove(repo, NULL);
	fold_holds_remove(repo);
	rollbacks_remove(repo);
	fold_points_clear(&repo->points);
	fold_break_forget(repo);
	*repo = kept;
}

void
fold_repo_free(struct fold_repo *repo)
{
	int i;

	if (repo == NULL)
		return;
	fold_repo_forget(repo);
	for (i = 0; i < FOLD_MEMBER_COUNT; i++)
		free(repo->was[i]);
	free(repo->repo_key);
	free(repo);
}

void
fold_text(char **slot, const char *text)
{
	char *copy = text != NULL ? xstrdup(text) : NULL;

	free(*slot);
	*slot = copy;
}

void
fold_repo_tip(struct fold_repo *repo, const char *tip, instant at)
{
	fold_text(&repo->tip, tip);
	if (tip == NULL ||
	    (repo->seen_tip != NULL && strcmp(tip, repo->seen_tip) == 0))
		return;
	fold_text(&repo->seen_tip, tip);
	repo->seen_at = at;
}

/* Close the gap that the first element left, or make room behind the last. */
static void *
shift_or_grow(void *array, size_t *count, size_t size)
{
	if (*count == FOLD_LIST_MAX)
		memmove(array, (char *)array + size, (*count - 1) * size);
	else
		array = xreallocarray(array, ++*count, size);
	memset((char *)array + (*count - 1) * size, 0, size);
	return array;
}

struct fold_bad *
fold_bad_add(struct fold_repo *repo)
{
	if (repo->bad_count == FOLD_LIST_MAX)
		bad_clear(&repo->bad[0]);
	repo->bad =
	    shift_or_grow(repo->bad, &repo->bad_count, sizeof *repo->bad);
	return &repo->bad[repo->bad_count - 1];
}

struct fold_hold *
fold_hold_add(struct fold_repo *repo)
{
	if (repo->hold_count == FOLD_LIST_MAX)
		hold_clear(&repo->holds[0]);
	repo->holds =
	    shift_or_grow(repo->holds, &repo->hold_count, sizeof *repo->holds);
	return &repo->holds[repo->hold_count - 1];
}

struct fold_rollback *
fold_rollback_add(struct fold_repo *repo)
{
	if (repo->rollback_count == FOLD_LIST_MAX)
		rollback_clear(&repo->rollbacks[0]);
	repo->rollbacks = shift_or_grow(repo->rollbacks, &repo->rollback_count,
	    sizeof *repo->rollbacks);
	return &repo->rollbacks[repo->rollback_count - 1];
}

void
fold_bad_remove(struct fold_repo *repo, const char *oid)
{
	size_t i, kept = 0;

	for (i = 0; i < repo->bad_count; i++)
		if (oid != NULL && strcmp(repo->bad[i].oid, oid) != 0)
			repo->bad[kept++] = repo->bad[i];
		else
			bad_clear(&repo->bad[i]);
	repo->bad_count = kept;
	if (kept > 0)
		return;
	free(repo->bad);
	repo->bad = NULL;
}

void
fold_holds_remove(struct fold_repo *repo)
{
	size_t i;

	for (i = 0; i < repo->hold_count; i++)
		hold_clear(&repo->holds[i]);
	free(repo->holds);
	repo->holds = NULL;
	repo->hold_count = 0;
}

void
fold_break_forget(struct fold_repo *repo)
{
	free(repo->broken.why);
	free(repo->broken.author);
	repo->broken = (struct fold_break){ 0 };
}

void
fold_instant_write(struct jw *jw, const char *name, instant at)
{
	if (at == FOLD_NEVER)
		jw_null(jw, name);
	else
		jw_instant(jw, name, at);
}

void
fold_bad_write(const struct fold_repo *repo, const char *name, struct jw *jw)
{
	const struct fold_bad *bad;

	jw_array(jw, name);
	for (bad = repo->bad; bad < repo->bad + repo->bad_count; bad++) {
		jw_object(jw, NULL);
		jw_text(jw, "oid", bad->oid);
		jw_instant(jw, "at", bad->at);
		jw_int(jw, "token", bad->token);
		jw_text(jw, "code", bad->code);
		jw_end(jw);
	}
	jw_end(jw);
}

void
fold_hold_write(const struct fold_hold *hold, struct jw *jw)
{
	jw_text(jw, "why", hold->why);
	jw_text(jw, "author", hold->author);
	jw_instant(jw, "set_at", hold->set_at);
	fold_instant_write(jw, "expires_at", hold->expires_at);
}

static void
rollback_write(const struct fold_rollback *rollback, struct jw *jw)
{
	jw_object(jw, NULL);
	jw_instant(jw, "at", rollback->at);
	jw_text(jw, "cycle", rollback->cycle);
	jw_int(jw, "token", rollback->token);
	jw_text(jw, "outcome", rollback->outcome);
	jw_text(jw, "code", rollback->code);
	jw_text(jw, "branch", rollback->branch);
	jw_text(jw, "before", rollback->before);
	jw_text(jw, "after", rollback->after);
	if (rollback->check != NULL)
		jw_raw(jw, "check", rollback->check, strlen(rollback->check));
	else
		jw_null(jw, "check");
	jw_end(jw);
}

void
fold_rollbacks_write(const struct fold_repo *repo, const char *name,
    struct jw *jw)
{
	size_t i;

	jw_array(jw, name);
	for (i = 0; i < repo->rollback_count; i++)
		rollback_write(&repo->rollbacks[i], jw);
	jw_end(jw);
}

static void
applied_write(const struct fold_repo *repo, const char *name, struct jw *jw)
{
	if (repo->applied_token == 0) {
		jw_null(jw, name);
		return;
	}
	jw_object(jw, name);
	jw_text(jw, "before", repo->applied_before);
	jw_text(jw, "after", repo->applied_after);
	jw_instant(jw, "at", repo->applied_at);
	jw_int(jw, "token", repo->applied_token);
	jw_end(jw);
}

static void
holds_write(const struct fold_repo *repo, const char *name, struct jw *jw)
{
	size_t i;

	jw_array(jw, name);
	for (i = 0; i < repo->hold_count; i++) {
		jw_object(jw, NULL);
		fold_hold_write(&repo->holds[i], jw);
		jw_end(jw);
	}
	jw_end(jw);
}

static void
broken_write(const struct fold_repo *repo, const char *name, struct jw *jw)
{
	const struct fold_break *broken = &repo->broken;

	if (broken->seq == 0) {
		jw_null(jw, name);
		return;
	}
	jw_object(jw, name);
	jw_int(jw, "seq", broken->seq);
	if (broken->token != 0)
		jw_int(jw, "token", broken->token);
	else
		jw_null(jw, "token");
	jw_text(jw, "why", broken->why);
	jw_text(jw, "author", broken->author);
	jw_instant(jw, "at", broken->at);
	jw_end(jw);
}

void
fold_member_write(const struct fold_repo *repo, int member, const char *name,
    struct jw *jw)
{
	const char *const texts[] = { repo->repo_key, repo->reason, repo->code,
		repo->recommendation, repo->branch, repo->head, repo->tip, NULL,
		repo->text, repo->endpoint_role };

	switch (member) {
	case 7:
		fold_instant_write(jw, name,
		    repo->tip != NULL ? repo->seen_at : FOLD_NEVER);
		break;
	case 10:
		applied_write(repo, name, jw);
		break;
	case 11:
		fold_instant_write(jw, name, repo->failure_at);
		break;
	case 12:
		jw_int(jw, name, repo->failure_streak_count);
		break;
	case 13:
		fold_bad_write(repo, name, jw);
		break;
	case 14:
		holds_write(repo, name, jw);
		break;
	case 15:
		broken_write(repo, name, jw);
		break;
	case 16:
		jw_text(jw, name, repo->primary_tip);
		break;
	default:
		jw_text(jw, name, texts[member]);
	}
}
