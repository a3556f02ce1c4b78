#include "run.h"
#include "canary.h"
#include "check.h"
#include "close.h"
#include "folder.h"
#include "json/jw.h"
#include "prepare.h"
#include "proc/host.h"
#include "rollback.h"
#include "swap.h"
#include "undo.h"
#include <stdio.h>
#include <string.h>

static const char *
health_folder(const struct apply *apply)
{
	const char *tree = target_worktree(apply->target);

	return tree != NULL ? tree : target_git_dir(apply->target);
}

/* A check's own words are in apply->detail. */
static int
stop_checked(struct apply *apply, enum check_result result)
{
	char why[sizeof(apply->detail)];

	if (result == CHECK_PASSED)
		return 0;
	memcpy(why, apply->detail, sizeof(why));

	return apply_stop(apply, VERDICT_REFUSED,
	    result == CHECK_NOT_NOW ? "not-now" : "check-failed", "%s", why);
}

static int
run_canary(struct apply *apply)
{
	enum check_result result;

	if (apply_goes_back(apply)) /* it has been live before */
		return 0;
	if (canary_run(apply, &result) == -1 ||
	    stop_checked(apply, result) == -1)
		return -1;

	return 0;
}

/*
 * "not now" is no verdict on the commit: it is refused, not remembered. Where
 * the operator goes back a check is told and takes nothing back: it would
 * lead to the very commit that was to go.
 */
static void
run_health(struct apply *apply, struct paths *left)
{
	enum check_result result =
	    check_run(apply, "health", health_folder(apply));

	if (result == CHECK_PASSED || apply_goes_back(apply)) {
		apply->verdict = VERDICT_APPLIED;
		return;
	}
	apply->code = result == CHECK_NOT_NOW ? "not-now" : "check-failed";
	rollback(apply, left);
	if (result == CHECK_NOT_NOW && apply->verdict == VERDICT_ROLLED_BACK)
		apply->verdict = VERDICT_REFUSED;
}

void
run_apply(struct apply *apply)
{
	int64_t start = host_monotonic_ms();
	struct paths left = { 0 };
	bool journaled = false;

	if (apply_open(apply) == 0) {
		if (prepare(apply) == 0 && run_canary(apply) == 0 &&
		    swap(apply) == 0)
			run_health(apply, &left);
		journaled = apply->journaled;
	}
	if (journaled)
		close_apply(apply, &left);
	else
		close_say(apply, NULL);
	paths_clear(&left);
	apply->ms = host_monotonic_ms() - start;
}

void
run_result(const struct apply *apply, struct buf *out)
{
	struct jw jw;

	jw_init(&jw, out);
	jw_object(&jw, NULL);
	jw_text(&jw, "repo_key", apply->repo_key);
	jw_text(&jw, "verdict", verdict_name(apply->verdict));
	jw_text(&jw, "code", apply->code);
	if (apply->detail[0] != '\0')
		jw_any_text(&jw, "detail", apply->detail);
	else
		jw_null(&jw, "detail");
	jw_text(&jw, "branch", apply->branch);
	jw_text(&jw, "before", apply->before);
	jw_text(&jw, "after", apply->after);
	jw_int(&jw, "token", apply->token);
	jw_int(&jw, "lane", apply->lane);
	jw_int(&jw, "turn", apply->turn);
	jw_array(&jw, "checks");
	if (apply->checks_run.len > 0)
		jw_raw(&jw, NULL, apply->checks_run.data,
		    apply->checks_run.len - 1); /* its last comma */
	jw_end(&jw);
	jw_int(&jw, "ms", apply->ms);
	jw_end(&jw);
}
