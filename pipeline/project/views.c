#include "views.h"
#include "history.h"
#include "json/jw.h"
#include "live.h"
#include "model/fold_patch.h"
#include "summary.h"

const char *const view_names[] = {
	"auto_safe_upgrade_state.json",
	HISTORY_NAME,
	"auto_safe_upgrade_summary.json",
	"live_runtime_control_plane.json",
	"rollback_intelligence.json",
	"runtime_intelligence.json",
	NULL,
};

static void
begin(struct jw *jw, const char *schema, const struct fold *fold,
    struct buf *out)
{
	jw_init(jw, out);
	jw_object(jw, NULL);
	jw_text(jw, "schema", schema);
	jw_int(jw, "seq", fold->head.seq);
	jw_text(jw, "hash", fold->head.hash);
}

static void
summary(struct fold *fold, struct buf *out)
{
	struct jw jw;

	begin(&jw, "hermes.auto_safe_upgrade_summary/1", fold, out);
	summary_write(fold, &jw);
	jw_end(&jw);
}

static void
live(struct fold *fold, struct buf *out)
{
	struct jw jw;

	begin(&jw, "hermes.live_runtime_control_plane/1", fold, out);
	live_write(fold, &jw);
	jw_end(&jw);
}

static void
learned(const struct fold_repo *repo, struct jw *jw)
{
	if (!repo->present || repo->known.attempt_count == 0)
		return;
	jw_object(jw, NULL);
	jw_text(jw, "repo_key", repo->repo_key);
	intelligence_write(&repo->known, jw);
	intelligence_write_derived(&repo->known, jw);
	jw_end(jw);
}

static void
intelligence(struct fold *fold, struct buf *out)
{
	struct jw jw;
	size_t i;

	begin(&jw, "hermes.runtime_intelligence/1", fold, out);
	jw_int(&jw, "half_life_ms", INTELLIGENCE_HALF_LIFE_MS);
	jw_array(&jw, "repos");
	for (i = 0; i < fold->repo_count; i++)
		learned(fold->repos[i], &jw);
	jw_end(&jw);
	jw_array(&jw, "remotes");
	for (i = 0; i < fold->remote_count; i++)
		fold_remote_write(fold->remotes[i], &jw);
	jw_end(&jw);
	jw_end(&jw);
}

static void
taken_back(const struct fold_repo *repo, struct jw *jw)
{
	if (!repo->present ||
	    repo->rollback_count + repo->bad_count + repo->points.count == 0)
		return;
	jw_object(jw, NULL);
	jw_text(jw, "repo_key", repo->repo_key);
	jw_int(jw, "rollback_count", repo->known.rollback_count);
	fold_bad_write(repo, "bad_commits", jw);
	fold_rollbacks_write(repo, "rollbacks", jw);
	fold_points_write(&repo->points, "points", jw);
	jw_end(jw);
}

static void
rollbacks(struct fold *fold, struct buf *out)
{
	struct jw jw;
	size_t i;

	begin(&jw, "hermes.rollback_intelligence/1", fold, out);
	jw_array(&jw, "repos");
	for (i = 0; i < fold->repo_count; i++)
		taken_back(fold->repos[i], &jw);
	jw_end(&jw);
	jw_end(&jw);
}

int
views_write(const struct state *state, struct fold *fold, struct err *err)
{
	static const struct {
		const char *name;
		void (*render)(struct fold *fold, struct buf *out);
	} views[] = {
		{ "auto_safe_upgrade_state.json", fold_snapshot },
		{ "auto_safe_upgrade_summary.json", summary },
		{ "live_runtime_control_plane.json", live },
		{ "rollback_intelligence.json", rollbacks },
		{ "runtime_intelligence.json", intelligence },
	};
	struct buf text = { 0 };
	int done = 0;
	size_t i;

	fold_sort(fold);
	for (i = 0; i < sizeof views / sizeof *views && done != -1; i++) {
		buf_reset(&text);
		views[i].render(fold, &text);
		buf_putc(&text, '\n');
		done =
		    state_write(state, views[i].name, text.data, text.len, err);
	}
	buf_clear(&text);
	return done == -1 ? -1 : 0;
}
