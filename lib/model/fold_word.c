#include "model/fold_word.h"
#include <stdlib.h>
#include <string.h>

static void
hold_set(struct fold *fold, const struct fold_event *event)
{
	const char *subject = event->subject;
	struct fold_hold *hold = fold_hold_reaches(subject)
				     ? fold_holds_add(&fold->holds, subject)
				     : fold_hold_add(fold_touch(fold, subject));

	fold_hold_read(hold, event->data);
	hold->set_at = event->at;
}

static void
hold_cleared(struct fold *fold, const struct fold_event *event)
{
	if (fold_hold_reaches(event->subject))
		fold_holds_clear_of(&fold->holds, event->subject);
	else if (fold_find(fold, event->subject) != NULL)
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
	repo->refusal_count = 0;
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
	bool reaches; /* of groups and hosts too */
	void (*take)(struct fold *fold, const struct fold_event *event);
} takers[] = {
	{ "hold.set", true, hold_set },
	{ "hold.cleared", true, hold_cleared },
	{ "commit.cleared", false, commit_cleared },
	{ "repo.retired", false, retired },
	{ "lease.broken", false, lease_broken },
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

	for (i = 0; i < sizeof takers / sizeof *takers; i++)
		if (strcmp(type, takers[i].type) == 0)
			break;
	if (i == sizeof takers / sizeof *takers ||
	    (!fold_is_key(event->subject) &&
		!(takers[i].reaches && fold_hold_reaches(event->subject))))
		return false;
	takers[i].take(fold, event);
	return true;
}
