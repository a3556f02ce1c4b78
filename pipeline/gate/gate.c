#include "gate.h"
#include "base/alloc.h"
#include "consensus.h"
#include "facts.h"
#include "fleet_checks.h"
#include "json/jw.h"
#include "model/event.h"
#include "model/seal.h"
#include "repo_checks.h"
#include <stdlib.h>
#include <string.h>

struct verdict {
	struct facts facts;
	struct check fleet[FLEET_CHECK_COUNT];
	bool fleet_passed;
	struct entry **sorted; /* owned; the queue by repo_key */
	size_t go_count;
};

int
gate_check(struct doc *doc, struct err *err)
{
	if (doc_begin(doc, "gate", err) == -1)
		return -1;

	return facts_check(doc, err);
}

static int
by_repo_key(const void *a, const void *b)
{
	const struct entry *const *left = a, *const *right = b;

	return strcmp((*left)->repo_key, (*right)->repo_key);
}

static void
verdict_find(struct verdict *it, struct doc *doc)
{
	size_t i;

	facts_read(&it->facts, doc);
	fleet_checks(&it->facts, it->fleet);
	repo_checks(&it->facts);

	it->fleet_passed = true;
	for (i = 0; i < FLEET_CHECK_COUNT; i++)
		it->fleet_passed &= it->fleet[i].passed;
	it->sorted = xcalloc(it->facts.count + 1, sizeof(*it->sorted));
	for (i = 0; i < it->facts.count; i++) {
		it->sorted[i] = &it->facts.queue[i];
		it->go_count += it->fleet_passed && it->sorted[i]->passed;
	}
	if (it->facts.count)
		qsort(it->sorted, it->facts.count, sizeof(*it->sorted),
		    by_repo_key);
}

static void
verdict_clear(struct verdict *it)
{
	size_t i;

	for (i = 0; i < FLEET_CHECK_COUNT; i++)
		free(it->fleet[i].evidence);
	free(it->sorted);
	facts_clear(&it->facts);
}

static bool
verdict_go(const struct verdict *it)
{
	return it->fleet_passed && it->go_count == it->facts.count;
}

static void
check_write(struct jw *jw, const struct check *check, const char *repo_key)
{
	jw_object(jw, NULL);
	jw_text(jw, "name", check->name);
	jw_text(jw, "scope", repo_key ? "repo" : "fleet");
	jw_text(jw, "repo_key", repo_key);
	jw_bool(jw, "passed", check->passed);
	jw_text(jw, "code", check->code);
	jw_text(jw, "evidence", check->evidence);
	jw_end(jw);
}

/* The names of what failed: into an array where `jw`, and "name: evidence;
 * ..." into `text`. */
static void
failed_add(const struct check *checks, size_t count, struct jw *jw,
    struct buf *text)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (checks[i].passed)
			continue;
		if (jw)
			jw_text(jw, NULL, checks[i].name);
		buf_printf(text, "%s%s: %s", text->len ? "; " : "",
		    checks[i].name, checks[i].evidence);
	}
}

/* Of what keeps the entry from going: the first check, or the denial. */
static const char *
code_of(const struct verdict *it, const struct entry *entry)
{
	size_t i;

	for (i = 0; i < FLEET_CHECK_COUNT; i++)
		if (!it->fleet[i].passed)
			return it->fleet[i].code;
	for (i = 0; i < REPO_CHECK_COUNT; i++)
		if (!entry->checks[i].passed)
			return entry->checks[i].code;

	return entry->denied;
}

static void
repo_write(struct jw *jw, const struct verdict *it, const struct entry *entry)
{
	bool go = it->fleet_passed && entry->passed;
	struct buf text = { 0 };

	jw_object(jw, NULL);
	jw_text(jw, "repo_key", entry->repo_key);
	jw_text(jw, "verdict", go ? "GO" : "NO-GO");
	jw_text(jw, "code", code_of(it, entry));
	jw_array(jw, "failed");
	failed_add(it->fleet, FLEET_CHECK_COUNT, jw, &text);
	failed_add(entry->checks, REPO_CHECK_COUNT, jw, &text);
	jw_end(jw);
	if (go)
		buf_printf(&text, "all %d checks passed",
		    FLEET_CHECK_COUNT + REPO_CHECK_COUNT);
	else if (text.len == 0)
		buf_puts(&text, entry->checks[0].evidence);
	jw_text(jw, "text", text.data);
	jw_end(jw);
	buf_clear(&text);
}

/* `seal` NULL: still without. */
static void
gate_put(struct doc *doc, const struct verdict *it, const char *seal)
{
	const struct entry *entry;
	struct buf text = { 0 };
	struct jw jw;
	size_t i, k;

	jw_init(&jw, &text);
	jw_object(&jw, NULL);
	jw_text(&jw, "verdict", verdict_go(it) ? "GO" : "NO-GO");
	jw_array(&jw, "checks");
	for (i = 0; i < FLEET_CHECK_COUNT; i++)
		check_write(&jw, &it->fleet[i], NULL);
	for (i = 0; i < it->facts.count; i++) {
		entry = it->sorted[i];
		for (k = 0; k < REPO_CHECK_COUNT; k++)
			check_write(&jw, &entry->checks[k], entry->repo_key);
	}
	jw_end(&jw);
	jw_array(&jw, "repos");
	for (i = 0; i < it->facts.count; i++)
		repo_write(&jw, it, it->sorted[i]);
	jw_end(&jw);
	if (seal)
		jw_text(&jw, "seal", seal);
	jw_end(&jw);
	doc_put(doc, "gate", &text);
}

static void
say_passed(struct doc *doc, const struct verdict *it)
{
	static const struct event event = {
		.source = "hermes-gate",
		.type = "hermes.gate.passed",
	};
	struct buf data = { 0 };
	struct jw jw;

	jw_init(&jw, &data);
	jw_object(&jw, NULL);
	jw_text(&jw, "decision_hash",
	    json_get_text(doc_get(doc, "plan"), "decision_hash"));
	jw_int(&jw, "go_count", (int64_t)it->go_count);
	jw_end(&jw);
	event_add(doc, &event, &data);
	buf_clear(&data);
}

static void
say_refused(struct doc *doc, const char *repo_key, const struct check *checks,
    size_t count)
{
	struct event event = {
		.source = "hermes-gate",
		.type = "hermes.gate.refused",
		.subject = repo_key,
	};
	struct buf data = { 0 }, text = { 0 };
	struct jw jw;

	jw_init(&jw, &data);
	jw_object(&jw, NULL);
	jw_array(&jw, "checks");
	failed_add(checks, count, &jw, &text);
	jw_end(&jw);
	jw_text(&jw, "text", text.data);
	jw_end(&jw);
	event_add(doc, &event, &data);
	buf_clear(&data);
	buf_clear(&text);
}

static void
say(struct doc *doc, const struct verdict *it)
{
	size_t i;

	if (!it->fleet_passed) {
		say_refused(doc, NULL, it->fleet, FLEET_CHECK_COUNT);
		return;
	}
	say_passed(doc, it);
	for (i = 0; i < it->facts.count; i++)
		if (it->sorted[i]->faulty)
			say_refused(doc, it->sorted[i]->repo_key,
			    it->sorted[i]->checks, REPO_CHECK_COUNT);
}

/* One check of the state file: its name, and who failed it and why. What
 * passed leaves no figures there, so a quiet cycle writes nothing. */
static void
integrity_repo_check(struct jw *jw, const struct verdict *it, size_t k,
    const char *name)
{
	const struct check *check;
	struct buf failed = { 0 };
	bool passed = true;
	struct jw list;
	size_t i;

	jw_init(&list, &failed);
	jw_array(&list, NULL);
	for (i = 0; i < it->facts.count; i++) {
		check = &it->sorted[i]->checks[k];
		if (check->passed)
			continue;
		passed = false;
		jw_object(&list, NULL);
		jw_text(&list, "repo_key", it->sorted[i]->repo_key);
		jw_text(&list, "code", check->code);
		jw_text(&list, "evidence", check->evidence);
		jw_end(&list);
	}
	jw_end(&list);
	jw_object(jw, NULL);
	jw_text(jw, "name", name);
	jw_text(jw, "scope", "repo");
	jw_bool(jw, "passed", passed);
	jw_raw(jw, "failed", failed.data, failed.len);
	jw_end(jw);
	buf_clear(&failed);
}

static void
integrity_fleet_check(struct jw *jw, const struct check *check)
{
	jw_object(jw, NULL);
	jw_text(jw, "name", check->name);
	jw_text(jw, "scope", "fleet");
	jw_bool(jw, "passed", check->passed);
	jw_array(jw, "failed");
	if (!check->passed) {
		jw_object(jw, NULL);
		jw_null(jw, "repo_key");
		jw_text(jw, "code", check->code);
		jw_text(jw, "evidence", check->evidence);
		jw_end(jw);
	}
	jw_end(jw);
	jw_end(jw);
}

static void
integrity_denied(struct jw *jw, const struct verdict *it)
{
	const struct entry *entry;
	size_t i;

	jw_array(jw, "denied");
	for (i = 0; i < it->facts.count; i++) {
		entry = it->sorted[i];
		if (!entry->denied)
			continue;
		jw_object(jw, NULL);
		jw_text(jw, "repo_key", entry->repo_key);
		jw_text(jw, "code", entry->denied);
		jw_end(jw);
	}
	jw_end(jw);
}

static int
integrity_keep(const struct verdict *it, const struct state *state,
    struct err *err)
{
	struct buf text = { 0 };
	struct jw jw;
	size_t i;
	int rc;

	jw_init(&jw, &text);
	jw_object(&jw, NULL);
	jw_text(&jw, "schema", "hermes.control_plane_integrity/1");
	jw_text(&jw, "verdict", verdict_go(it) ? "GO" : "NO-GO");
	jw_array(&jw, "checks");
	for (i = 0; i < FLEET_CHECK_COUNT; i++)
		integrity_fleet_check(&jw, &it->fleet[i]);
	for (i = 0; i < REPO_CHECK_COUNT; i++)
		integrity_repo_check(&jw, it, i, repo_check_names[i]);
	jw_end(&jw);
	integrity_denied(&jw, it);
	jw_end(&jw);
	buf_putc(&text, '\n');
	rc = state_write(state, "control_plane_integrity.json", text.data,
	    text.len, err);
	buf_clear(&text);

	return rc == -1 ? -1 : 0;
}

int
gate_add(struct doc *doc, const struct state *state, bool *go, struct err *err)
{
	struct verdict it = { 0 };
	char seal[HASH_NAMED_SIZE];
	int rc = 0;

	verdict_find(&it, doc);
	*go = verdict_go(&it);
	if (state && (integrity_keep(&it, state, err) == -1 ||
			 consensus_keep(doc, state, err) == -1))
		rc = -1;
	say(doc, &it);
	gate_put(doc, &it, NULL);
	seal_of(doc, seal);
	gate_put(doc, &it, seal);
	verdict_clear(&it);

	return rc;
}
