#include "live.h"
#include "model/reason.h"

bool
live_needs_person(const struct fold_repo *repo)
{
	const struct reason *reason = reason_find(repo->code);

	return reason != NULL && reason->person;
}

static void
last_write(const struct fold_repo *repo, struct jw *jw)
{
	if (repo->verdict == NULL) {
		jw_null(jw, "last");
		return;
	}
	jw_object(jw, "last");
	jw_text(jw, "verdict", repo->verdict);
	jw_text(jw, "code", repo->verdict_code);
	jw_text(jw, "before", repo->verdict_before);
	jw_text(jw, "after", repo->verdict_after);
	jw_instant(jw, "at", repo->verdict_at);
	jw_end(jw);
}

static void
repo_write(const struct fold_repo *repo, struct jw *jw)
{
	jw_object(jw, NULL);
	jw_text(jw, "repo_key", repo->repo_key);
	jw_text(jw, "branch", repo->branch);
	jw_text(jw, "head", repo->head);
	jw_text(jw, "tip", repo->tip);
	jw_text(jw, "recommendation", repo->recommendation);
	jw_text(jw, "reason", repo->reason);
	jw_text(jw, "code", repo->code);
	jw_text(jw, "text", repo->text);
	jw_bool(jw, "needs_person", live_needs_person(repo));
	last_write(repo, jw);
	jw_end(jw);
}

static void
holds_write(const struct fold *fold, struct jw *jw)
{
	const struct fold_repo *repo;
	size_t i, j;

	jw_array(jw, "holds");
	for (i = 0; i < fold->repo_count; i++) {
		repo = fold->repos[i];
		for (j = 0; j < repo->hold_count; j++) {
			jw_object(jw, NULL);
			jw_text(jw, "repo_key", repo->repo_key);
			fold_hold_write(&repo->holds[j], jw);
			jw_end(jw);
		}
	}
	jw_end(jw);
}

static void
degraded_write(const struct fold *fold, struct jw *jw)
{
	const struct fold_remote *remote;
	size_t i;

	jw_array(jw, "degraded_remotes");
	for (i = 0; i < fold->remote_count; i++) {
		remote = fold->remotes[i];
		if (!remote->degraded)
			continue;
		jw_object(jw, NULL);
		jw_text(jw, "url", remote->url);
		jw_text(jw, "host", remote->host);
		jw_text(jw, "class", remote->class);
		jw_instant(jw, "since_at", remote->since_at);
		jw_end(jw);
	}
	jw_end(jw);
}

void
live_write(const struct fold *fold, struct jw *jw)
{
	size_t i;

	jw_text(jw, "pressure",
	    fold->head.pressure != NULL ? fold->head.pressure : "none");
	jw_bool(jw, "offline", fold->head.offline);
	fold_cycle_write(&fold->cycle, "last_cycle", jw);
	holds_write(fold, jw);
	fold_holds_write(&fold->holds, "wide_holds", jw);
	degraded_write(fold, jw);
	jw_int(jw, "unknown_event_count", fold->unknown_count);
	jw_array(jw, "repos");
	for (i = 0; i < fold->repo_count; i++)
		if (fold->repos[i]->present)
			repo_write(fold->repos[i], jw);
	jw_end(jw);
}
