#include "project.h"
#include "checkpoint.h"
#include "json/jw.h"
#include "model/cycle.h"
#include "model/fold_patch.h"
#include "views.h"
#include <stdio.h>
#include <string.h>

struct walk {
	struct project *project;
	const struct project_until *until; /* NULL: to the head */
};

static void
begin(struct project *project)
{
	*project = (struct project){ 0 };
	fold_init(&project->fold);
	memcpy(project->at.hash, project->fold.head.hash, HASH_HEX_SIZE);
}

void
project_clear(struct project *project)
{
	fold_clear(&project->fold);
	history_clear(&project->history);
}

static bool
is_beyond(const struct project_until *until, const struct fold_event *event)
{
	if (until == NULL)
		return false;
	return until->by_seq ? event->seq > until->seq : event->at > until->at;
}

static int
take(struct walk *walk, const struct json *line, struct err *err)
{
	struct project *project = walk->project;
	struct history *history = &project->history;
	size_t start = history->lines.len;
	struct fold_event event;

	if (fold_event_read(&event, line, NULL, 0, err) == -1)
		return -1;
	if (is_beyond(walk->until, &event))
		return 1;
	fold_event(&project->fold, &event);
	if (fold_is_boundary(&event) &&
	    fold_patch(&project->fold, &event, &history->lines))
		history_key(history, start);
	return 0;
}

static int
take_line(void *ctx, const char *text, size_t len, int64_t seq, struct err *err)
{
	char place[64];
	struct json *line;
	int done;

	snprintf(place, sizeof place, "runtime_events.jsonl: seq %lld",
	    (long long)seq);
	line = json_parse(text, len, place, err);
	if (line == NULL)
		return -1;
	done = take(ctx, line, err);
	json_free(line);
	return done;
}

static int
walk_on(struct project *project, const struct state *state,
    const struct project_until *until, struct err *err)
{
	struct walk walk = { .project = project, .until = until };

	return ledger_walk(state, &project->at, take_line, &walk, err);
}

/* On from the checkpoint. 0 where that leads nowhere (J2). */
static int
resume(struct project *project, const struct state *state,
    const struct ledger_head *head, struct err *err)
{
	struct err why;
	int got = checkpoint_read(state, &project->fold, &project->at,
	    &project->history.mark, err);

	if (got == 1)
		got = history_check(state, &project->history.mark, err);
	if (got != 1)
		return got;
	return project->at.seq <= head->seq &&
	       project->at.bytes <= head->bytes &&
	       walk_on(project, state, NULL, &why) == 0;
}

int
project_fold(struct project *project, const struct state *state,
    struct err *err)
{
	struct ledger_head head;
	int got;

	begin(project);
	if (ledger_head(state, &head, err) == -1)
		return -1;
	got = resume(project, state, &head, err);
	if (got != 0)
		return got == -1 ? -1 : 0;
	project_clear(project);
	begin(project);
	return walk_on(project, state, NULL, err);
}

int
project_past(struct project *project, const struct state *state,
    const struct project_until *until, struct err *err)
{
	struct ledger_head head;

	begin(project);
	if (ledger_head(state, &head, err) == -1)
		return -1;
	if (until->by_seq && until->seq > head.seq)
		return err_set(err, EX_DATAERR,
		    "-u: expected 0 to %lld, the ledger's head, found %lld",
		    (long long)head.seq, (long long)until->seq);
	return walk_on(project, state, until, err);
}

int
project_keep(struct project *project, const struct state *state,
    struct err *err)
{
	if (history_write(state, &project->history, err) == -1 ||
	    views_write(state, &project->fold, err) == -1)
		return -1;
	return checkpoint_write(state, &project->fold, &project->at,
	    &project->history.mark, err);
}

/* The document's own events, folded over nothing. */
static int
fold_document(struct fold *fold, struct doc *doc, const struct cycle *cycle,
    struct err *err)
{
	const struct json *events = doc_get(doc, "events"), *each;
	struct fold_event event;
	struct err why;
	size_t i = 0;

	if (events != NULL && json_type(events) != JSON_ARRAY)
		return err_set(err, EX_DATAERR,
		    "stdin: events: expected an array, found %s",
		    json_type_name(json_type(events)));
	each = json_first(events);
	for (; each != NULL; each = json_next(each), i++) {
		if (fold_event_read(&event, each, cycle->id, cycle->real_at,
			&why) == -1)
			return err_set(err, why.code, "stdin: events[%zu].%s",
			    i, why.text);
		fold_event(fold, &event);
	}
	return 0;
}

/* The cycle called `id`: of the ledger's fold where it is the last one. */
static const struct fold_cycle *
cycle_of(const struct project *project, const struct fold *own, const char *id)
{
	if (project != NULL && project->fold.cycle.id != NULL &&
	    strcmp(project->fold.cycle.id, id) == 0)
		return &project->fold.cycle;
	return &own->cycle;
}

static void
put(struct doc *doc, const struct project *project,
    const struct fold_cycle *cycle)
{
	struct buf text = { 0 };
	struct jw jw;
	size_t i;

	jw_init(&jw, &text);
	jw_object(&jw, NULL);
	jw_int(&jw, "seq", project != NULL ? project->fold.head.seq : 0);
	jw_text(&jw, "hash", project != NULL ? project->fold.head.hash : NULL);
	jw_array(&jw, "views");
	for (i = 0; project != NULL && view_names[i] != NULL; i++)
		jw_text(&jw, NULL, view_names[i]);
	jw_end(&jw);
	fold_cycle_verdict(cycle, "verdict", &jw);
	jw_end(&jw);
	doc_put(doc, "project", &text);
}

int
project_add(struct doc *doc, const struct project *project, bool *needs_person,
    struct err *err)
{
	const struct fold_cycle *told;
	struct cycle cycle;
	struct fold own;
	int done;

	if (cycle_get(doc, &cycle, err) == -1)
		return -1;
	fold_init(&own);
	done = fold_document(&own, doc, &cycle, err);
	if (done == 0) {
		told = cycle_of(project, &own, cycle.id);
		*needs_person = told->trouble_count > 0;
		put(doc, project, told);
	}
	fold_clear(&own);
	return done;
}
