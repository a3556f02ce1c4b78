#include "rows.h"
#include "base/alloc.h"
#include "json/shape.h"
#include "shapes.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static struct row *
row_of(struct rows *rows, const char *repo_key)
{
	struct row *row = map_get(&rows->by_key, repo_key);

	if (row != NULL)
		return row;
	row = xcalloc(1, sizeof *row);
	row->repo_key = repo_key;
	rows->list =
	    xgrow(rows->list, rows->count, &rows->cap, sizeof(struct row *));
	rows->list[rows->count++] = row;
	map_put(&rows->by_key, repo_key, row);
	return row;
}

void
rows_clear(struct rows *rows)
{
	size_t i;

	for (i = 0; i < rows->count; i++) {
		free(rows->list[i]->reason);
		free(rows->list[i]);
	}
	for (i = 0; i < rows->note_count; i++)
		free(rows->notes[i]);
	free(rows->list);
	free(rows->notes);
	map_clear(&rows->by_key);
	*rows = (struct rows){ 0 };
}

static bool
is_word_byte(char c)
{
	return isalnum((unsigned char)c) || c == '-';
}

/* Does the text have the code in it, as a word? */
static bool
says(const char *text, const char *code)
{
	size_t len = strlen(code);
	const char *at = text;

	while ((at = strstr(at, code)) != NULL) {
		if ((at == text || !is_word_byte(at[-1])) &&
		    !is_word_byte(at[len]))
			return true;
		at++;
	}
	return false;
}

/* "code: text", without saying anything twice. */
static void
reason(struct row *row, const char *code, const char *text)
{
	size_t len = strlen(row->repo_key);

	if (text != NULL && strncmp(text, row->repo_key, len) == 0 &&
	    strncmp(text + len, ": ", 2) == 0)
		text += len + 2;
	free(row->reason);
	if (text == NULL || *text == '\0')
		row->reason = xstrdup(code != NULL ? code : "");
	else if (code == NULL || *code == '\0' || says(text, code))
		row->reason = xstrdup(text);
	else
		row->reason = xasprintf("%s: %s", code, text);
}

static void
from_fleet(struct row *row, const struct json *repo)
{
	row->branch = json_get_text(repo, "branch");
	row->verdict = "-";
	reason(row, NULL, json_get_text(repo, "path"));
}

static void
add_count(struct buf *text, const struct json *repo, const char *member,
    const char *word)
{
	int64_t count = json_get_int(repo, member, 0);

	if (count > 0)
		buf_printf(text, "%s%lld %s", text->len > 0 ? ", " : "",
		    (long long)count, word);
}

static void
from_probe(struct row *row, const struct json *repo)
{
	const struct json *head = json_get(repo, "head");
	const char *detail = json_get_text(repo, "detail");
	struct buf text = { 0 };

	row->branch = json_get_text(repo, "branch");
	if (row->branch == NULL)
		row->branch = json_get_text(head, "branch");
	row->before = json_get_text(repo, "branch_oid");
	if (row->before == NULL)
		row->before = json_get_text(head, "oid");
	row->after = NULL;
	row->verdict = "-";
	if (detail != NULL)
		buf_puts(&text, detail);
	add_count(&text, repo, "behind_count", "behind");
	add_count(&text, repo, "ahead_count", "ahead");
	add_count(&text, repo, "staged_count", "staged");
	add_count(&text, repo, "unstaged_count", "unstaged");
	add_count(&text, repo, "untracked_count", "untracked");
	reason(row, json_get_text(repo, "reason"), buf_text(&text));
	buf_clear(&text);
}

static bool
is(const char *text, const char *word)
{
	return text != NULL && strcmp(text, word) == 0;
}

static void
from_plan(struct row *row, const struct json *repo)
{
	const char *word = json_get_text(repo, "recommendation");
	const char *branch = json_get_text(repo, "branch");
	const char *before = json_get_text(repo, "before");

	if (branch != NULL)
		row->branch = branch;
	if (before != NULL)
		row->before = before;
	row->after = is(word, "upgrade") || is(word, "canary")
			 ? json_get_text(repo, "target")
			 : NULL;
	row->verdict = word;
	reason(row, json_get_text(repo, "reason"), json_get_text(repo, "text"));
}

static void
from_gate(struct row *row, const struct json *repo)
{
	const char *code = json_get_text(repo, "code"); /* denied with it */

	if (!is(json_get_text(repo, "verdict"), "NO-GO"))
		return;
	row->after = NULL;
	row->verdict = "no-go";
	reason(row,
	    json_first(json_get(repo, "failed")) || !code ? "gate" : code,
	    json_get_text(repo, "text"));
}

static void
applied(struct row *row, const struct json *plan)
{
	const char *role = json_get_text(json_get(plan, "endpoint"), "role");
	char *text;

	if (role == NULL || strcmp(role, "primary") == 0)
		return;
	text = xasprintf("%s (from the %s)",
	    row->reason != NULL ? row->reason : "", role);
	free(row->reason);
	row->reason = text;
}

/*
 * Of an apply that was taken back or never made the checkout is where it
 * was, so that is what the row says; the commit in question is a remark.
 */
static void
from_exec(struct row *row, const struct json *repo, const struct json *plan)
{
	const char *verdict = json_get_text(repo, "verdict");
	const char *after = json_get_text(repo, "after");
	const char *branch = json_get_text(repo, "branch");
	const char *before = json_get_text(repo, "before");
	char *text;

	row->verdict = verdict;
	if (branch != NULL)
		row->branch = branch;
	if (before != NULL)
		row->before = before;
	row->after = NULL;
	if (is(verdict, "applied") || is(verdict, "rollback-blocked"))
		row->after = after;
	if (is(verdict, "applied"))
		applied(row, plan);
	else
		reason(row, json_get_text(repo, "code"),
		    json_get_text(repo, "detail"));
	if (!is(verdict, "rolled-back") || after == NULL)
		return;
	text = xasprintf("%s (%.8s was taken back)", row->reason, after);
	free(row->reason);
	row->reason = text;
}

static void
from_recovered(struct row *row, const struct json *repo)
{
	row->verdict = "recovered";
	reason(row, json_get_text(repo, "outcome"), NULL);
}

/* auto_safe_upgrade_state.json and live_runtime_control_plane.json */
static void
from_view(struct row *row, const struct json *repo)
{
	row->branch = json_get_text(repo, "branch");
	row->before = json_get_text(repo, "head");
	row->verdict = json_get_text(repo, "recommendation");
	if (is(row->verdict, "upgrade") || is(row->verdict, "canary"))
		row->after = json_get_text(repo, "tip");
	reason(row, json_get_text(repo, "code"), json_get_text(repo, "text"));
}

static void
each(struct rows *rows, const struct json *list,
    void (*take)(struct row *row, const struct json *repo))
{
	const struct json *repo;

	for (repo = json_first(list); repo != NULL; repo = json_next(repo))
		take(row_of(rows, json_get_text(repo, "repo_key")), repo);
}

static void
each_exec(struct rows *rows, const struct json *list, const struct json *plans)
{
	struct map by_key = { 0 };
	const struct json *repo;
	const char *key;

	for (repo = json_first(plans); repo != NULL; repo = json_next(repo)) {
		key = json_get_text(repo, "repo_key");
		map_put(&by_key, key, (void *)(uintptr_t)repo);
	}
	for (repo = json_first(list); repo != NULL; repo = json_next(repo)) {
		key = json_get_text(repo, "repo_key");
		from_exec(row_of(rows, key), repo, map_get(&by_key, key));
	}
	map_clear(&by_key);
}

static const struct json *
repos_of(struct doc *doc, const char *member)
{
	return json_get(doc_get(doc, member), "repos");
}

/* In a plan to go back all that stays is "none". */
static void
mark_along(struct rows *rows, const struct json *plan)
{
	const char *undo = json_get_text(plan, "undo");
	const struct json *repo = json_first(json_get(plan, "repos"));

	for (; undo != NULL && repo != NULL; repo = json_next(repo))
		if (!is(json_get_text(repo, "recommendation"), "none"))
			row_of(rows, json_get_text(repo, "repo_key"))->along =
			    undo;
}

static int
from_cycle(struct rows *rows, struct doc *doc, struct err *err)
{
	if (shapes_check(doc, err) == -1)
		return -1;
	each(rows, repos_of(doc, "fleet"), from_fleet);
	each(rows, repos_of(doc, "probe"), from_probe);
	each(rows, repos_of(doc, "plan"), from_plan);
	mark_along(rows, doc_get(doc, "plan"));
	each(rows, repos_of(doc, "gate"), from_gate);
	each(rows, json_get(doc_get(doc, "exec"), "recovered"), from_recovered);
	each_exec(rows, repos_of(doc, "exec"), repos_of(doc, "plan"));
	return 0;
}

static int
by_key(const void *a, const void *b)
{
	return strcmp((*(struct row *const *)a)->repo_key,
	    (*(struct row *const *)b)->repo_key);
}

static int
read_any(struct rows *rows, struct doc *doc, struct err *err)
{
	const char *schema = json_text(doc_get(doc, "schema"));
	bool is_fleet = is(schema, "hermes.fleet/1");

	if (is(schema, "hermes.cycle/1"))
		return from_cycle(rows, doc, err);
	if (!is_fleet && !is(schema, "hermes.auto_safe_upgrade_state/1") &&
	    !is(schema, "hermes.live_runtime_control_plane/1"))
		return err_set(err, EX_DATAERR,
		    "stdin: schema: expected a cycle, a fleet or a view of "
		    "repositories, found %s%s%s",
		    schema != NULL ? "\"" : "",
		    schema != NULL
			? schema
			: json_type_name(json_type(doc_get(doc, "schema"))),
		    schema != NULL ? "\"" : "");
	if (shapes_check_repos(doc, is_fleet, err) == -1)
		return -1;
	each(rows, doc_get(doc, "repos"), is_fleet ? from_fleet : from_view);
	return 0;
}

int
rows_read(struct rows *rows, struct doc *doc, struct err *err)
{
	if (read_any(rows, doc, err) == -1)
		return -1;
	if (rows->count > 1)
		qsort(rows->list, rows->count, sizeof(struct row *), by_key);
	return 0;
}

static void
note(struct rows *rows, const char *code, const char *text)
{
	rows->notes = xgrow(rows->notes, rows->note_count, &rows->note_cap,
	    sizeof(char *));
	rows->notes[rows->note_count++] = xasprintf("%s: %s",
	    code != NULL ? code : "?", text != NULL ? text : "");
}

static void
mark(struct rows *rows, const struct json *trouble)
{
	const char *key = json_get_text(trouble, "repo_key");
	const char *code = json_get_text(trouble, "code");
	const char *text = json_get_text(trouble, "text");
	struct row *row;
	char *known;

	if (key == NULL) {
		note(rows, code, text);
		return;
	}
	row = row_of(rows, key);
	row->needs_person = true;
	if (row->verdict != NULL && !is(row->verdict, "recovered"))
		return;
	if (row->verdict == NULL)
		row->verdict = code;
	known = row->reason;
	row->reason = NULL;
	reason(row, known, text); /* how it ended alone is of no help */
	free(known);
}

static void
mark_view(struct rows *rows, struct doc *doc)
{
	const struct json *repo = json_first(doc_get(doc, "repos"));
	struct row *row;

	for (; repo != NULL; repo = json_next(repo)) {
		row = row_of(rows, json_get_text(repo, "repo_key"));
		row->needs_person = json_get_bool(repo, "needs_person", false);
	}
}

int
rows_person(struct rows *rows, struct doc *doc, struct err *err)
{
	const struct json *project, *trouble;

	if (is(json_text(doc_get(doc, "schema")),
		"hermes.live_runtime_control_plane/1")) {
		mark_view(rows, doc);
		return 0;
	}
	project = doc_need(doc, "project", err);
	if (project == NULL)
		return -1;
	trouble = json_get(json_get(project, "verdict"), "reasons");
	for (trouble = json_first(trouble); trouble != NULL;
	     trouble = json_next(trouble))
		mark(rows, trouble);
	if (rows->count > 1)
		qsort(rows->list, rows->count, sizeof(struct row *), by_key);
	return 0;
}
