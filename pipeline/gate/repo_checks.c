#include "repo_checks.h"
#include "base/alloc.h"
#include "model/parts.h"
#include "model/reason.h"
#include "model/signature.h"
#include <inttypes.h>
#include <string.h>

const char *const repo_check_names[REPO_CHECK_COUNT] = {
	"granted-iff-leased",
	"prerequisites-granted",
	"endpoint-usable",
	"rollback-point-recordable",
	"space",
	"signature",
	"tree-safe",
	"strategy-allowed",
	"target-is-tip",
};

static const char *
or_null(const char *text)
{
	return text ? text : "null";
}

static bool
goes_back(const struct entry *entry)
{
	return facts_same(json_get_text(entry->plan, "strategy"), "rollback");
}

/* Denied as L3 has it, and it passes by itself: the code, else NULL. Who
 * asked for a way back does not wait for it. */
static const char *
denied(const struct entry *entry)
{
	const struct json *it = entry->reservation;
	const struct reason *why = reason_find(json_get_text(it, "code"));

	if (!why || why->person || why->advice != REASON_DEFER ||
	    goes_back(entry) || json_get_bool(it, "granted", true) ||
	    json_get_int(it, "token", -1) != 0)
		return NULL;

	return why->code;
}

static struct check
granted_iff_leased(const struct facts *facts, const struct entry *entry)
{
	const char *name = "granted-iff-leased";
	const struct json *it = entry->reservation;
	int64_t token = json_get_int(it, "token", 0);
	bool granted = json_get_bool(it, "granted", false);
	const char *code = json_get_text(it, "code");

	if (!it)
		return check_make(name, false, "gate",
		    xstrdup("no reservation"));
	if (!granted && token)
		return check_make(name, false, "gate",
		    xasprintf("token %" PRId64 " without a grant", token));
	if (!granted)
		return check_make(name, entry->denied, code ? code : "gate",
		    xasprintf("denied: %s: %s", or_null(code),
			or_null(json_get_text(it, "detail"))));
	if (!token && !facts->dry)
		return check_make(name, false, "gate",
		    xstrdup("granted without a token"));
	if (!json_get_text(entry->probe, "common_dir"))
		return check_make(name, false, "gate",
		    xstrdup("granted, but whose git directory is not known"));

	return check_make(name, true, NULL,
	    xasprintf("token %" PRId64 "%s", token,
		token ? "" : ": a dry run"));
}

/* What the prerequisite lacks, owned, or NULL. */
static char *
lacks(const struct facts *facts, const char *dep)
{
	const struct entry *other = map_get(&facts->queued, dep);
	const struct json *row = map_get(&facts->plan, dep);
	const char *recommendation = json_get_text(row, "recommendation");

	if (other && !other->judged)
		return xasprintf("%s: stands behind in the queue", dep);
	if (other)
		return other->passed ? NULL : xasprintf("%s: NO-GO", dep);
	if (facts_same(recommendation, "none"))
		return NULL;

	return xasprintf("%s: %s", dep,
	    recommendation ? recommendation : "not in the plan");
}

static struct check
prerequisites_granted(const struct facts *facts, const struct entry *entry)
{
	const char *name = "prerequisites-granted";
	const struct json *deps = json_get(entry->fleet, "depends_on");
	const struct json *at;
	size_t count = 0;
	char *why;

	if (!deps)
		return check_make(name, false, "gate",
		    xstrdup("not in the fleet"));
	if (goes_back(entry))
		return check_make(name, true, NULL,
		    xstrdup("a rollback builds on nothing new"));
	if (entry->denied)
		return check_make(name, true, NULL,
		    xasprintf("not asked: denied: %s", entry->denied));
	for (at = json_first(deps); at; at = json_next(at), count++) {
		why = lacks(facts, json_text(at));
		if (why)
			return check_make(name, false, "needs", why);
	}

	return check_make(name, true, NULL,
	    xasprintf("%zu granted or current", count));
}

static bool
same_endpoint(const struct json *a, const struct json *b)
{
	return facts_same(json_get_text(a, "url"), json_get_text(b, "url")) &&
	       facts_same(json_get_text(a, "role"), json_get_text(b, "role"));
}

/* What the planned endpoint answered to the probe; or NULL. */
static const struct json *
answer_of(const struct entry *entry)
{
	const struct json *planned = json_get(entry->plan, "endpoint");
	const struct json *at = json_first(json_get(entry->probe, "endpoints"));

	while (at && !same_endpoint(at, planned))
		at = json_next(at);

	return at;
}

static struct check
endpoint_usable(const struct entry *entry)
{
	const char *name = "endpoint-usable", *code = "remote-down";
	const struct json *planned = json_get(entry->plan, "endpoint");
	const struct json *probed = json_get(entry->probe, "endpoint");
	const struct json *drawn = json_get(entry->federation, "selected");
	const char *role = json_get_text(planned, "role");
	const char *url = json_get_text(planned, "url");
	const char *class;

	if (goes_back(entry))
		return check_make(name, true, NULL,
		    xstrdup("a rollback fetches nothing"));
	if (!url)
		return check_make(name, false, code,
		    xstrdup("the plan names none"));
	if (!same_endpoint(planned, probed))
		return check_make(name, false, code,
		    xasprintf("plan: %s %s; probe: %s %s", role, url,
			or_null(json_get_text(probed, "role")),
			or_null(json_get_text(probed, "url"))));
	if (!same_endpoint(planned, drawn))
		return check_make(name, false, code,
		    xasprintf("plan: %s %s; topo: %s %s", role, url,
			or_null(json_get_text(drawn, "role")),
			or_null(json_get_text(drawn, "url"))));
	class = json_get_text(answer_of(entry), "class");

	return check_make(name, facts_same(class, "ok"), code,
	    xasprintf("%s %s: %s", role, url, or_null(class)));
}

static struct check
rollback_point_recordable(const struct entry *entry)
{
	const char *name = "rollback-point-recordable";
	const char *branch = json_get_text(entry->plan, "branch");
	const char *before = json_get_text(entry->plan, "before");
	const char *here = json_get_text(entry->probe, "branch_oid");
	const char *tracked = json_get_text(entry->probe, "branch");

	return check_make(name,
	    facts_is_oid(before) && facts_same(before, here) &&
		facts_same(branch, tracked),
	    "gate",
	    xasprintf("plan: %s at %s; probe: %s at %s", or_null(branch),
		or_null(before), or_null(tracked), or_null(here)));
}

/* A rollback has its objects here: the floor is enough. */
static struct check
space(const struct entry *entry)
{
	const char *name = "space", *code = "no-space";
	const struct json *change = json_get(entry->probe, "change");
	int64_t free_bytes = json_get_int(entry->probe, "free_bytes", -1);
	int64_t inodes = json_get_int(entry->probe, "free_inode_count", -1);
	int64_t bytes = json_get_int(change, "new_bytes", -1);
	int64_t files = json_get_int(change, "file_count", -1);
	int64_t need_bytes, need_inodes;

	if (goes_back(entry))
		bytes = files = 0;
	if (bytes < 0 || files < 0)
		return check_make(name, false, code,
		    xstrdup("the size of the change is not known"));
	if (free_bytes < 0 || inodes < 0)
		return check_make(name, false, code,
		    xstrdup("free space or free inodes are not known"));
	need_bytes = 2 * bytes + SPACE_FLOOR_BYTES;
	need_inodes = files + SPACE_FLOOR_INODES;

	return check_make(name,
	    free_bytes >= need_bytes && inodes >= need_inodes, code,
	    xasprintf("%" PRId64 " of %" PRId64 " bytes needed are free, "
		      "%" PRId64 " of %" PRId64 " inodes",
		free_bytes, need_bytes, inodes, need_inodes));
}

static struct check
signature(const struct facts *facts, const struct entry *entry)
{
	const char *name = "signature";
	const struct json *found = json_get(entry->probe, "signature");
	const char *target = json_get_text(entry->plan, "target");
	const char *wants = json_text(
	    json_get(json_get(entry->fleet, "policy"), "require_signature"));

	if (!wants)
		wants = json_text(
		    parts_list(facts->doc, "policy", "require_signature"));
	if (facts_same(wants, "none"))
		return check_make(name, true, NULL,
		    xstrdup("the policy wants none"));
	if (wants && goes_back(entry))
		return check_make(name, true, NULL,
		    xstrdup("a rollback: not the commit that was offered"));

	return check_make(name, signature_good(found, wants, target), name,
	    signature_text(found, wants, target));
}

static struct check
tree_safe(const struct entry *entry)
{
	const char *name = "tree-safe", *code = "unsafe-tree";
	const struct json *unsafe = json_get(entry->probe, "unsafe");
	const struct json *first = json_first(unsafe);

	if (goes_back(entry))
		return check_make(name, true, NULL,
		    xstrdup("a rollback: not the tree that was offered"));
	if (json_type(unsafe) != JSON_ARRAY)
		return check_make(name, false, code,
		    xstrdup("the new tree was not looked at"));
	if (first)
		return check_make(name, false, code,
		    xasprintf("%zu unsafe, the first: %s: %s",
			json_count(unsafe),
			or_null(json_get_text(first, "path")),
			or_null(json_get_text(first, "kind"))));

	return check_make(name, true, NULL, xstrdup("nothing unsafe"));
}

static struct check
strategy_allowed(const struct entry *entry)
{
	static const char *const allowed[] = { "fast-forward",
		"canary-fast-forward", "ref-only", "rollback" };
	const char *name = "strategy-allowed", *code = "gate";
	const char *strategy = json_get_text(entry->plan, "strategy");
	int64_t ahead = json_get_int(entry->probe, "ahead_count", -1);
	size_t i = 0, count = sizeof(allowed) / sizeof(*allowed);

	while (i < count && !facts_same(strategy, allowed[i]))
		i++;
	if (i == count)
		return check_make(name, false, code,
		    xstrdup(or_null(strategy)));
	if (!goes_back(entry) && ahead < 0)
		return check_make(name, false, code,
		    xasprintf("%s: what is ahead is not known", strategy));

	return check_make(name, goes_back(entry) || ahead == 0, code,
	    xasprintf("%s, %" PRId64 " ahead", strategy,
		goes_back(entry) ? 0 : ahead));
}

/* Did an apply that is remembered lead away from `target`? */
static bool
recorded(const struct facts *facts, const struct entry *entry,
    const char *target)
{
	const struct json *at = json_first(
	    json_get(parts_list(facts->doc, "memory", "rollback"), "repos"));

	while (
	    at && !facts_same(json_get_text(at, "repo_key"), entry->repo_key))
		at = json_next(at);
	at = json_first(json_get(at, "points"));
	while (at && !facts_same(json_get_text(at, "before"), target))
		at = json_next(at);

	return at != NULL;
}

static struct check
target_is_tip(const struct facts *facts, const struct entry *entry)
{
	const char *name = "target-is-tip", *code = "stale-plan";
	const char *target = json_get_text(entry->plan, "target");
	const char *before = json_get_text(entry->plan, "before");
	const char *tip = json_get_text(entry->probe, "tip");
	const struct json *answer = answer_of(entry);
	bool known = json_get_bool(entry->probe, "tip_known", false);

	if (goes_back(entry))
		return check_make(name,
		    facts_is_oid(target) && !facts_same(target, before) &&
			recorded(facts, entry, target),
		    code, xasprintf("back to %s", or_null(target)));
	if (facts_same(target, tip) && !known)
		return check_make(name, false, code,
		    xasprintf("%s: not fetched", tip));

	if (answer && facts_same(target, tip))
		tip = json_get_text(answer, "tip");

	return check_make(name, facts_is_oid(target) && facts_same(target, tip),
	    code,
	    xasprintf("plan: %s; probe: %s", or_null(target), or_null(tip)));
}

void
repo_checks(struct facts *facts)
{
	struct entry *entry;
	struct check *check;
	size_t i, k;

	for (i = 0; i < facts->count; i++) {
		entry = &facts->queue[i];
		entry->denied = denied(entry);
		check = entry->checks;
		*check++ = granted_iff_leased(facts, entry);
		*check++ = prerequisites_granted(facts, entry);
		*check++ = endpoint_usable(entry);
		*check++ = rollback_point_recordable(entry);
		*check++ = space(entry);
		*check++ = signature(facts, entry);
		*check++ = tree_safe(entry);
		*check++ = strategy_allowed(entry);
		*check++ = target_is_tip(facts, entry);
		for (k = 0; k < REPO_CHECK_COUNT; k++)
			entry->faulty |= !entry->checks[k].passed;
		entry->passed = !entry->faulty && !entry->denied;
		entry->judged = true;
	}
}
