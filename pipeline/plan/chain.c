#include "chain.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "model/reason.h"
#include <string.h>

/* Blockers are less deep, so by depth each one's root is known before. */
static void
find_root(struct plan *plan, struct plan_repo *repo)
{
	const struct plan_repo *next;

	repo->root = (size_t)(repo - plan->repos);
	repo->hop_count = 0;
	if (repo->blocker == NOWHERE)
		return;
	next = &plan->repos[repo->blocker];
	repo->root = next->root;
	repo->hop_count = next->hop_count + 1;
}

static const struct plan_repo *
step(const struct plan *plan, const struct plan_repo *repo)
{
	return repo->blocker == NOWHERE ? NULL : &plan->repos[repo->blocker];
}

/* Is the step after the one at `hop` left out, up to the root? */
static bool
jumps(const struct plan_repo *repo, size_t hop)
{
	return hop + 2 == CHAIN_SHOWN && repo->hop_count >= CHAIN_SHOWN;
}

static const struct plan_repo *
follow(const struct plan *plan, const struct plan_repo *start,
    const struct plan_repo *at, size_t hop)
{
	return jumps(start, hop) ? &plan->repos[start->root] : step(plan, at);
}

static void
write_text(const struct plan *plan, struct plan_repo *repo)
{
	const struct plan_repo *at = repo;
	struct buf text = { 0 };
	size_t hop;

	for (hop = 0; at; hop++) {
		buf_printf(&text, "%s%s: %s", hop ? "; " : "", at->repo_key,
		    at->why);
		if (jumps(repo, hop))
			buf_puts(&text, "; ...");
		at = follow(plan, repo, at, hop);
	}
	repo->text = buf_take(&text);
}

void
chain_follow(struct plan *plan)
{
	size_t i;

	for (i = 0; i < plan->count; i++)
		find_root(plan, &plan->repos[plan->places[i]]);
	for (i = 0; i < plan->count; i++)
		write_text(plan, &plan->repos[i]);
}

static void
write_step(struct jw *jw, const char *repo_key, const char *subject,
    const char *code, const char *text)
{
	jw_object(jw, NULL);
	jw_text(jw, "repo_key", repo_key);
	jw_text(jw, "subject", subject);
	jw_text(jw, "code", code);
	jw_text(jw, "text", text);
	jw_end(jw);
}

/* The remote that did not answer, in its own words where it had some. */
static bool
write_remote(const struct plan_repo *root, struct jw *jw)
{
	const struct json *at = json_first(json_get(root->probe, "endpoints"));
	const char *host, *detail;

	if (!reason_is(root->found, REASON_REMOTE))
		return false;
	for (; at; at = json_next(at))
		if (!strcmp(json_get_text(at, "class"), root->found))
			break;
	if (!at)
		return false;
	host = json_get_text(at, "host");
	detail = json_get_text(at, "detail");
	write_step(jw, NULL, host ? host : json_get_text(at, "url"),
	    root->found, detail ? detail : reason_find(root->found)->text);

	return true;
}

/* What lies behind the last repository, where it is none itself. */
static void
write_root(const struct plan *plan, const struct plan_repo *root, struct jw *jw)
{
	const char *why = plan->pressure_reason;

	if (write_remote(root, jw) || strcmp(root->code, "pressure"))
		return;
	write_step(jw, NULL, plan->cycle_host ? plan->cycle_host : "machine",
	    "pressure", why && *why ? why : reason_find("pressure")->text);
}

void
chain_write(const struct plan *plan, const struct plan_repo *repo,
    const char *name, struct jw *jw)
{
	const struct plan_repo *at = repo;
	size_t hop;

	jw_array(jw, name);
	for (hop = 0; at; hop++) {
		write_step(jw, at->repo_key, at->repo_key, at->code, at->why);
		at = follow(plan, repo, at, hop);
	}
	write_root(plan, &plan->repos[repo->root], jw);
	jw_end(jw);
}
