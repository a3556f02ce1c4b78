#include "model/fold_word.h"
#include <stdlib.h>
#include <string.h>

static void
hold_set(struct fold *fold, const struct fold_event *event)
{
	struct fold_repo *repo = fold_touch(fold, event->subject);
	const char *expires_at = json_get_text(event->data, "expires_at");
	struct fold_hold *hold = fold_hold_add(repo);

	fold_text(&hold->why, json_get_text(event->data, "why"));
	fold_text(&hold->author, json_get_text(event->data, "author"));
	hold->set_at = event->at;
	if (expires_at == NULL ||
	    instant_parse(expires_at, &hold->expires_at) == -1)
		hold->expires_at = FOLD_NEVER;
}

static void
hold_cleared(struct fold *fold, const struct fold_event *event)
{
	if (fold_find(fold, event->subject) != NULL)
		fold_holds_remove(fold_touch(fold, event->subject));
}

/* The word means "try again": the cooldown of the failure ends with it. */
static void
commit_cleared(struct fold *fold, const struct fold_event *event)
{
	struct fold_repo *repo;

	if (fold_find(fold, event->subject) == NULL)
		return;
	repo = fold_touch(fold, event->subject);
	fold_bad_remove(repo, json_get_text(event->data, "oid"));
	repo->failure_at = FOLD_NEVER;
	repo->failure_streak_count = 0;
}

/* F3 */
static void
retired(struct fold *fold, const struct fold_event *event)
{
	struct fold_repo *repo;

	if (fold_find(fold, event->subject) == NULL)
		return;
	repo = fold_touch(fold, event->subject);
	fold_repo_forget(repo);
}

/* For hermes-lease, which takes over what was granted before it. */
static void
lease_broken(struct fold *fold, const struct fold_event *event)
{
	struct fold_repo *repo = fold_touch(fold, event->subject);

	fold_break_forget(repo);
	repo->broken.seq = event->seq;
	repo->broken.token = json_get_int(event->data, "token", 0);
	repo->broken.at = event->at;
	fold_text(&repo->broken.why, json_get_text(event->data, "why"));
	fold_text(&repo->broken.author, json_get_text(event->data, "author"));
}

static const struct {
	const char *type;
	void (*take)(struct fold *fold, const struct fold_event *event);
} takers[] = {
	{ "hold.set", hold_set },
	{ "hold.cleared", hold_cleared },
	{ "commit.cleared", commit_cleared },
	{ "repo.retired", retired },
	{ "lease.broken", lease_broken },
};

bool
fold_word_is(const char *type)
{
	size_t i;

	for (i = 0; i < sizeof takers / sizeof *takers; i++)
		if (strcmp(type, takers[i].type) == 0)
			return true;
	return false;
}

bool
fold_word_event(struct fold *fold, const char *type,
    const struct fold_event *event)
{
	size_t i;

	if (!fold_is_key(event->subject))
		return false;
	for (i = 0; i < sizeof takers / sizeof *takers; i++)
		if (strcmp(type, takers[i].type) == 0) {
			takers[i].take(fold, event);
			return true;
		}
	return false;
}
