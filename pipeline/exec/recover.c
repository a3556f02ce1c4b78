#include "recover.h"
#include "base/alloc.h"
#include "canary.h"
#include "check.h"
#include "close.h"
#include "folder.h"
#include "git/lib.h"
#include "git/refs.h"
#include "join.h"
#include "json/jw.h"
#include "keep.h"
#include "lock.h"
#include "loose.h"
#include "model/event.h"
#include "prepare.h"
#include "reflock.h"
#include "rollback.h"
#include "store/io.h"
#include "store/journal.h"
#include "store/ledger.h"
#include "story.h"
#include "undo.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum outcome { OUTCOME_NONE, OUTCOME_BEFORE, OUTCOME_AFTER, OUTCOME_MIXED };

static const char *const outcomes[] = { "none", "before", "after", "mixed" };

/* All of -R. */
struct recovery {
	const struct state *state;
	struct ledger_ids ids;
	struct buf events;    /* JSON texts, each with a comma behind */
	struct buf recovered; /* likewise */
	int64_t count;        /* journals that there was something to say of */
};

static void
apply_of(struct apply *apply, const struct journal *journal)
{
	const struct json *root = journal->root, *event;
	struct buf text = { 0 };
	struct jw jw;

	apply->recovers = true;
	apply->cycle = json_get_text(root, "cycle");
	apply->repo_key = json_get_text(root, "repo_key");
	apply->path = json_get_text(root, "path");
	apply->strategy = json_get_text(root, "strategy");
	apply->branch = json_get_text(root, "branch");
	apply->before = json_get_text(root, "before");
	apply->after = json_get_text(root, "after");
	apply->role = json_get_text(root, "role");
	apply->url = json_get_text(root, "url");
	apply->token = json_get_int(root, "token", 0);
	apply->owed_count = json_get_int(root, "owed_count", 0);
	for (event = json_first(json_get(root, "events")); event != NULL;
	     event = json_next(event)) {
		jw_init(&jw, &text);
		jw_value(&jw, NULL, event);
		doc_append(&apply->said, "events", &text);
	}
	buf_clear(&text);
}

/* Is GIT DIR/hermes/TOKEN this apply's, and not another STATE's? */
static bool
folder_is_ours(struct apply *apply)
{
	struct buf owner = { 0 };
	bool ours;
	int fd;

	fd =
	    openat(apply->token_fd, "owner", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return errno == ENOENT;
	ours = io_read_from(fd, 0, &owner) == 0 &&
	       (owner.len == 0 || strcmp(buf_text(&owner), apply->cycle) == 0);
	buf_clear(&owner);
	close(fd);

	return ours;
}

static void
open_folder(struct apply *apply)
{
	struct err err;

	apply->token_fd = folder_own(apply->home_fd, apply->name, false, &err);
	if (apply->token_fd != -1 && !folder_is_ours(apply)) {
		close(apply->token_fd);
		apply->token_fd = -1;
	}
}

/* 1 the steps are known; 0 prepare never came to an end (R1); -1. */
static int
read_steps(struct apply *apply)
{
	struct buf text = { 0 };
	struct err err;
	int fd, rc;

	if (apply->token_fd == -1)
		return 0;
	fd = openat(apply->token_fd, "journal",
	    O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return errno == ENOENT ? 0 : -1;
	rc = io_read_from(fd, 0, &text) == -1
		 ? -1
		 : ops_read(&apply->ops, &text, "journal", &err);
	buf_clear(&text);
	close(fd);
	if (rc == 0)
		rc = moves_read(apply);
	if (rc == 0)
		rc = target_sides(apply->target, apply->before, apply->after,
		    &err);

	return rc == -1 ? -1 : 1;
}

static enum outcome
take_back(struct apply *apply, struct paths *left)
{
	if (lock_take(apply) == -1)
		return OUTCOME_NONE; /* V4 */
	if (undo(apply, left) == -1)
		return OUTCOME_NONE;

	return left->count > 0 ? OUTCOME_MIXED : OUTCOME_BEFORE;
}

/* B2: the branch first, so that a second death finds it where undo begins. */
static enum outcome
finish_rollback(struct apply *apply, const char *oid, struct paths *left)
{
	enum refs_moved moved = REFS_MOVED;

	if (lock_take(apply) == -1)
		return OUTCOME_NONE;
	if (strcmp(oid, apply->after) == 0 &&
	    (rollback_branch(apply, &moved) == -1 || moved != REFS_MOVED))
		return OUTCOME_NONE;

	return take_back(apply, left);
}

/* The branch is where neither end is: somebody moved it. Under our own lock
 * that was mid-swap; else the files may be anyone's. */
static enum outcome
judge_elsewhere(struct apply *apply, struct paths *left)
{
	size_t i;

	if (lock_held(apply))
		return take_back(apply, left);
	if (!undo_is_due(apply))
		return OUTCOME_BEFORE;
	for (i = 0; i < apply->ops.count; i++)
		if (apply->ops.list[i].kind != OP_MKDIR &&
		    apply->ops.list[i].kind != OP_RMDIR)
			paths_add(left, apply->ops.list[i].path);

	return OUTCOME_MIXED;
}

/* V1 */
static enum outcome
judge(struct apply *apply, struct paths *left)
{
	bool back = faccessat(apply->token_fd, "back", F_OK, 0) == 0;
	char oid[OID_SIZE];
	struct err err;

	reflock_clear(apply);
	if (refs_oid(apply->target, apply->ref, oid, &err) == -1)
		return OUTCOME_NONE;
	if (back &&
	    (strcmp(oid, apply->after) == 0 || strcmp(oid, apply->before) == 0))
		return finish_rollback(apply, oid, left);
	if (oid[0] != '\0' && refs_descends(apply->target, oid, apply->after) &&
	    !apply_goes_back(apply))
		return OUTCOME_AFTER;
	if (strcmp(oid, apply->after) == 0)
		return OUTCOME_AFTER;
	if (strcmp(oid, apply->before) == 0)
		return take_back(apply, left);

	return judge_elsewhere(apply, left);
}

static enum outcome
recover_open(struct apply *apply, struct paths *left)
{
	char oid[OID_SIZE];
	struct err err;

	if (apply_open(apply) == -1)
		return OUTCOME_NONE; /* V4 */
	check_end_left(apply);
	open_folder(apply);
	switch (read_steps(apply)) {
	case 1:
		return judge(apply, left);
	case 0:
		if (refs_oid(apply->target, apply->ref, oid, &err) == 1 &&
		    strcmp(oid, apply->after) == 0)
			return OUTCOME_AFTER;
		return OUTCOME_BEFORE;
	default:
		return OUTCOME_NONE;
	}
}

static void
say_recovered(struct apply *apply, enum outcome outcome,
    const struct paths *left)
{
	char *more = xasprintf("%s:%s", apply->name, outcomes[outcome]);
	struct buf data = { 0 };
	struct jw jw;

	jw_init(&jw, &data);
	jw_object(&jw, NULL);
	jw_int(&jw, "token", apply->token);
	jw_text(&jw, "outcome", outcomes[outcome]);
	jw_text(&jw, "branch", apply->branch);
	jw_text(&jw, "before", apply->before);
	jw_text(&jw, "after", apply->after);
	paths_write(left, &jw, "paths");
	jw_int(&jw, "owed_count",
	    outcome == OUTCOME_AFTER ? apply->owed_count : 0);
	jw_end(&jw);
	apply_say(apply, "apply.recovered", more, &data);
	buf_clear(&data);
	free(more);
}

/* What must be gone before the story is told: our lock, and what is kept. */
static enum outcome
clear_away(struct apply *apply, enum outcome outcome, struct paths *left)
{
	if (outcome == OUTCOME_NONE)
		return outcome;
	if (lock_drop(apply) == -1 ||
	    (outcome == OUTCOME_AFTER && loose_settle(apply) == -1) ||
	    packs_release(apply) == -1 || keep_changed(apply, left) == -1)
		return OUTCOME_NONE; /* V4 */
	join_tidy(apply);
	if (outcome == OUTCOME_AFTER && apply->token_fd != -1 &&
	    moves_keep(apply) == -1)
		return OUTCOME_NONE;

	return outcome;
}

/* K1: the story first, then the folder. */
static int
close_recovered(struct apply *apply, struct err *err)
{
	if (story_write(apply, true, err) == -1)
		return -1;
	if (apply->token_fd != -1)
		folder_remove(apply->home_fd, apply->name);
	canary_remove(apply->state, apply->name);

	return 0;
}

static void
add_events(struct recovery *all, const struct apply *apply)
{
	size_t len;
	const char *events = doc_raw(&apply->said, "events", &len);

	if (events != NULL && len > 2) {
		buf_add(&all->events, events + 1, len - 2);
		buf_putc(&all->events, ',');
	}
}

static void
add_recovered(struct recovery *all, const struct apply *apply,
    enum outcome outcome, const struct paths *left)
{
	struct jw jw;

	jw_init(&jw, &all->recovered);
	jw_object(&jw, NULL);
	jw_int(&jw, "token", apply->token);
	jw_text(&jw, "repo_key", apply->repo_key);
	jw_text(&jw, "outcome", outcomes[outcome]);
	paths_write(left, &jw, "paths");
	jw_end(&jw);
	buf_putc(&all->recovered, ',');
}

static int
recover_one(struct recovery *all, const struct journal *journal,
    struct err *err)
{
	struct paths left = { 0 };
	enum outcome outcome;
	struct apply apply;
	int rc = 0;

	apply_init(&apply, all->state);
	apply_of(&apply, journal);
	outcome = clear_away(&apply, recover_open(&apply, &left), &left);
	say_recovered(&apply, outcome, &left);
	if (outcome != OUTCOME_NONE)
		rc = close_recovered(&apply, err);
	if (rc == 0) {
		add_events(all, &apply);
		add_recovered(all, &apply, outcome, &left);
		all->count++;
	}
	paths_clear(&left);
	apply_clear(&apply);

	return rc;
}

static bool
is_in_ledger(const struct recovery *all, const struct journal *journal)
{
	const struct json *event;
	const char *id;

	event = json_first(json_get(journal->root, "events"));
	for (; event != NULL; event = json_next(event)) {
		id = json_get_text(event, "id");
		if (id != NULL && map_get(&all->ids.ids, id) == NULL)
			return false;
	}

	return true;
}

/* The story is whole; a folder may still be there (K1), and what went before
 * it: the power may have failed before the disk had any of that. */
static void
sweep(const struct recovery *all, const struct journal *journal)
{
	struct paths kept = { 0 };
	struct apply apply;

	apply_init(&apply, all->state);
	apply_of(&apply, journal);
	if (apply_open(&apply) == 0) {
		open_folder(&apply);
		if (apply.token_fd != -1 && read_steps(&apply) != -1 &&
		    lock_drop(&apply) == 0 && packs_release(&apply) == 0 &&
		    keep_changed(&apply, &kept) == 0)
			folder_remove(apply.home_fd, apply.name);
	}
	canary_remove(all->state, journal->name);
	paths_clear(&kept);
	apply_clear(&apply);
}

static bool
has_folder(const struct journal *journal)
{
	char *path = xasprintf("%s/hermes/%s",
	    json_get_text(journal->root, "git_dir"), journal->name);
	bool there = access(path, F_OK) == 0;

	free(path);

	return there;
}

/* K2 */
static bool
is_swept(const struct journal *journal)
{
	char *path =
	    xasprintf("%s/hermes", json_get_text(journal->root, "git_dir"));
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool gone =
	    fd == -1 ? errno == ENOENT || errno == ENOTDIR : fsync(fd) == 0;

	if (fd != -1)
		close(fd);
	free(path);

	return gone && !has_folder(journal);
}

/* J3 */
static int
settle_done(struct recovery *all, const struct journal *journal,
    struct err *err)
{
	struct apply apply;

	if (has_folder(journal))
		sweep(all, journal);
	if (is_in_ledger(all, journal))
		return is_swept(journal)
			   ? journal_remove(all->state, journal->name, err)
			   : 0;
	apply_init(&apply, all->state);
	apply_of(&apply, journal);
	add_events(all, &apply);
	apply_clear(&apply);
	all->count++;

	return 0;
}

static void
put_list(struct jw *jw, const char *name, const struct buf *list)
{
	jw_array(jw, name);
	if (list->len > 0)
		jw_raw(jw, NULL, list->data, list->len - 1);
	jw_end(jw);
}

static void
put_document(const struct recovery *all, struct doc *doc)
{
	struct event event = { .source = "hermes-exec",
		.type = "hermes.cycle.recovered" };
	struct buf text = { 0 }, data = { 0 };
	struct jw jw;

	jw_init(&jw, &text);
	jw_object(&jw, NULL);
	jw_array(&jw, "repos");
	jw_end(&jw);
	put_list(&jw, "recovered", &all->recovered);
	jw_end(&jw);
	doc_put(doc, "exec", &text);

	buf_putc(&text, '[');
	if (all->events.len > 0)
		buf_add(&text, all->events.data, all->events.len - 1);
	buf_putc(&text, ']');
	doc_put(doc, "events", &text);
	if (all->count > 0) {
		buf_printf(&data, "{\"journal_count\":%lld}",
		    (long long)all->count);
		event_add(doc, &event, &data);
	}
	buf_clear(&data);
	buf_clear(&text);
}

/* libgit2's start costs more than all else where there is none. */
static int
recover_each(struct recovery *all, const struct journals *journals,
    struct err *err)
{
	size_t i;
	int rc;

	if (git_start(err) == -1)
		return -1;
	rc = ledger_ids_read(all->state, &all->ids, err);
	for (i = 0; rc == 0 && i < journals->count; i++)
		rc = journals->list[i].done
			 ? settle_done(all, &journals->list[i], err)
			 : recover_one(all, &journals->list[i], err);
	git_stop();

	return rc;
}

int
recover_all(struct doc *doc, const struct state *state, struct err *err)
{
	struct recovery all = { .state = state };
	struct journals journals = { 0 };
	int rc;

	rc = journals_tidy(state, err);
	if (rc == 0)
		rc = journals_read(&journals, state, err);
	if (rc == 0 && journals.count > 0)
		rc = recover_each(&all, &journals, err);
	if (rc == 0)
		put_document(&all, doc);
	ledger_ids_clear(&all.ids);
	buf_clear(&all.events);
	buf_clear(&all.recovered);
	journals_clear(&journals);

	return rc;
}
