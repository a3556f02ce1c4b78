#include "close.h"
#include "folder.h"
#include "join.h"
#include "json/jw.h"
#include "keep.h"
#include "lock.h"
#include "loose.h"
#include "prepare.h"
#include "prune.h"
#include "story.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *
event_of(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_APPLIED:
		return "apply.committed";
	case VERDICT_ROLLED_BACK:
		return "apply.rolled-back";
	case VERDICT_ROLLBACK_BLOCKED:
		return "rollback.blocked";
	default:
		return "apply.refused";
	}
}

void
close_say(struct apply *apply, const struct paths *paths)
{
	struct buf data = { 0 };
	struct jw jw;

	jw_init(&jw, &data);
	jw_object(&jw, NULL);
	jw_int(&jw, "token", apply->token);
	jw_text(&jw, "branch", apply->branch);
	jw_text(&jw, "before", apply->before);
	jw_text(&jw, "after", apply->after);
	if (apply->verdict == VERDICT_APPLIED) {
		jw_text(&jw, "role", apply->role);
		jw_text(&jw, "url", apply->url);
	} else {
		jw_text(&jw, "code", apply->code);
		jw_any_text(&jw, "detail", apply->detail);
	}
	if (paths != NULL &&
	    (apply->verdict == VERDICT_ROLLBACK_BLOCKED || paths->count > 0))
		paths_write(paths, &jw, "paths");
	jw_end(&jw);
	apply_say(apply, event_of(apply->verdict), apply->name, &data);
	buf_clear(&data);
}

/* Is the branch at its target from now on? */
static bool
stays(const struct apply *apply)
{
	return apply->verdict == VERDICT_APPLIED ||
	       apply->verdict == VERDICT_ROLLBACK_BLOCKED;
}

void
close_apply(struct apply *apply, const struct paths *paths)
{
	struct paths kept = { 0 };
	struct err err;

	if (apply->open)
		return;
	if (lock_drop(apply) == -1 ||
	    (stays(apply) && loose_settle(apply) == -1) ||
	    packs_release(apply) == -1 || keep_changed(apply, &kept) == -1) {
		apply->open = true;
		return;
	}
	if (kept.count > 0 && apply->detail[0] == '\0')
		snprintf(apply->detail, sizeof(apply->detail),
		    "%s: written to meanwhile, kept in %s/hermes/kept-%s",
		    kept.list[0], target_git_dir(apply->target), apply->name);
	close_say(apply, kept.count > 0 ? &kept : paths);
	if (apply->verdict == VERDICT_APPLIED && apply->keep_rollbacks > 0)
		prune_rollbacks(apply);
	if ((apply->verdict == VERDICT_APPLIED && join_packs(apply) == -1) ||
	    (stays(apply) && moves_keep(apply) == -1) ||
	    story_write(apply, true, &err) == -1)
		apply->open = true; /* K1 */
	else if (apply->token_fd != -1)
		folder_remove(apply->home_fd, apply->name);
	paths_clear(&kept);
}
