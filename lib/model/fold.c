#include "model/fold.h"
#include "base/alloc.h"
#include "model/fleet.h"
#include "model/fold_apply.h"
#include "model/fold_word.h"
#include <stdlib.h>
#include <string.h>

#define PREFIX "hermes."
#define PREFIX_LEN (sizeof PREFIX - 1)

void
fold_init(struct fold *fold)
{
	*fold = (struct fold){ 0 };
	memset(fold->head.hash, '0', HASH_HEX_SIZE - 1);
	fold->mark = fold->head;
}

void
fold_clear(struct fold *fold)
{
	size_t i;

	for (i = 0; i < fold->repo_count; i++)
		fold_repo_free(fold->repos[i]);
	for (i = 0; i < fold->remote_count; i++) {
		free(fold->remotes[i]->url);
		free(fold->remotes[i]->host);
		free(fold->remotes[i]->class);
		free(fold->remotes[i]);
	}
	free(fold->repos);
	free(fold->shown);
	free(fold->dirty);
	free(fold->remotes);
	free(fold->head.pressure);
	free(fold->mark.pressure);
	map_clear(&fold->by_key);
	map_clear(&fold->by_url);
	fold_cycle_clear(&fold->cycle);
	fold_holds_clear(&fold->holds);
	free(fold->holds_was);
	fold_init(fold);
}

struct fold_repo *
fold_add(struct fold *fold, const char *key)
{
	struct fold_repo *repo = fold_repo_new(key);

	fold->repos = xgrow(fold->repos, fold->repo_count, &fold->repo_cap,
	    sizeof(struct fold_repo *));
	if (fold->repo_count > 0 &&
	    strcmp(fold->repos[fold->repo_count - 1]->repo_key, key) > 0)
		fold->sorted = false;
	fold->repos[fold->repo_count++] = repo;
	map_put(&fold->by_key, repo->repo_key, repo);
	return repo;
}

struct fold_remote *
fold_remote(struct fold *fold, const char *url)
{
	struct fold_remote *remote = map_get(&fold->by_url, url);

	if (remote != NULL)
		return remote;
	remote = xcalloc(1, sizeof *remote);
	remote->url = xstrdup(url);
	fold->remotes = xgrow(fold->remotes, fold->remote_count,
	    &fold->remote_cap, sizeof(struct fold_remote *));
	fold->remotes[fold->remote_count++] = remote;
	fold->sorted = false;
	map_put(&fold->by_url, remote->url, remote);
	return remote;
}

struct fold_repo *
fold_find(struct fold *fold, const char *key)
{
	struct fold_repo *repo;

	if (key == NULL)
		return NULL;
	repo = map_get(&fold->by_key, key);
	return repo != NULL && repo->present ? repo : NULL;
}

/* What the repository looked like at the last boundary, member by member. */
static void
keep_was(struct fold_repo *repo)
{
	struct buf text = { 0 };
	struct jw jw;
	int i;

	for (i = 0; i < FOLD_MEMBER_COUNT; i++) {
		jw_init(&jw, &text);
		fold_member_write(repo, i, NULL, &jw);
		repo->was[i] = buf_take(&text);
	}
}

bool
fold_is_key(const char *subject)
{
	return subject != NULL && fleet_key_valid(subject);
}

struct fold_repo *
fold_touch(struct fold *fold, const char *key)
{
	struct fold_repo *repo;

	if (!fold_is_key(key))
		return NULL;
	repo = map_get(&fold->by_key, key);
	if (repo == NULL)
		repo = fold_add(fold, key);
	if (!repo->dirty) {
		fold->dirty = xgrow(fold->dirty, fold->dirty_count,
		    &fold->dirty_cap, sizeof(struct fold_repo *));
		fold->dirty[fold->dirty_count++] = repo;
		repo->dirty = true;
		if (repo->shown)
			keep_was(repo);
	}
	repo->present = true;
	return repo;
}

static void
upstream_moved(struct fold *fold, const struct fold_event *event)
{
	struct fold_repo *repo = fold_touch(fold, event->subject);
	const char *branch = json_get_text(event->data, "branch");
	const char *role = json_get_text(event->data, "role");
	const char *primary_tip = json_get_text(event->data, "primary_tip");

	fold_repo_tip(repo, json_get_text(event->data, "tip"), event->at);
	if (branch != NULL)
		fold_text(&repo->branch, branch);
	if (role != NULL)
		fold_text(&repo->endpoint_role, role);
	if (primary_tip == NULL && role != NULL && strcmp(role, "primary") == 0)
		primary_tip = json_get_text(event->data, "tip");
	if (primary_tip != NULL)
		fold_text(&repo->primary_tip, primary_tip);
}

static void
repo_changed(struct fold *fold, const struct fold_event *event)
{
	struct fold_repo *repo = fold_touch(fold, event->subject);
	const struct json *data = event->data;

	fold_text(&repo->reason, json_get_text(data, "reason"));
	fold_text(&repo->code, json_get_text(data, "code"));
	fold_text(&repo->recommendation, json_get_text(data, "recommendation"));
	fold_text(&repo->branch, json_get_text(data, "branch"));
	fold_text(&repo->head, json_get_text(data, "head"));
	fold_text(&repo->text, json_get_text(data, "text"));
	fold_repo_tip(repo, json_get_text(data, "tip"), event->at);
}

static void
federation_moved(struct fold *fold, const struct fold_event *event)
{
	struct fold_repo *repo = fold_touch(fold, event->subject);

	fold_text(&repo->endpoint_role, json_get_text(event->data, "role"));
}

static void
remote_signal(struct fold *fold, const struct fold_event *event, bool degraded)
{
	struct fold_remote *remote = fold_remote(fold, event->subject);

	fold_text(&remote->host, json_get_text(event->data, "host"));
	fold_text(&remote->class, json_get_text(event->data, "class"));
	remote->degraded = degraded;
	remote->since_at = event->at;
	if (degraded)
		remote->degraded_count++;
	else
		remote->recovered_count++;
}

static void
remote_degraded(struct fold *fold, const struct fold_event *event)
{
	remote_signal(fold, event, true);
}

static void
remote_recovered(struct fold *fold, const struct fold_event *event)
{
	remote_signal(fold, event, false);
}

static void
host_offline(struct fold *fold, const struct fold_event *event)
{
	fold->head.offline = json_get_bool(event->data, "offline", true) &&
			     json_get_int(event->data, "host_count", 1) > 0;
}

static void
pressure_changed(struct fold *fold, const struct fold_event *event)
{
	fold_text(&fold->head.pressure, json_get_text(event->data, "to"));
}

/* A lease.broken has been obeyed, unless a later one was said since. */
static void
lease_ended(struct fold *fold, const struct fold_event *event)
{
	struct fold_repo *repo = fold_find(fold, event->subject);
	int64_t said_seq = json_get_int(event->data, "said_seq", 0);

	if (repo != NULL && repo->broken.seq != 0 &&
	    repo->broken.seq <= said_seq)
		fold_break_forget(fold_touch(fold, event->subject));
}

enum about { ABOUT_REPO, ABOUT_URL, ABOUT_ALL };

static const struct {
	const char *type;
	enum about about;
	void (*take)(struct fold *fold, const struct fold_event *event);
} takers[] = {
	{ "upstream.moved", ABOUT_REPO, upstream_moved },
	{ "repo.changed", ABOUT_REPO, repo_changed },
	{ "federation.promoted", ABOUT_REPO, federation_moved },
	{ "federation.demoted", ABOUT_REPO, federation_moved },
	{ "remote.degraded", ABOUT_URL, remote_degraded },
	{ "remote.recovered", ABOUT_URL, remote_recovered },
	{ "host.offline", ABOUT_ALL, host_offline },
	{ "pressure.changed", ABOUT_ALL, pressure_changed },
	{ "lease.taken-over", ABOUT_REPO, lease_ended },
	{ "lease.released", ABOUT_REPO, lease_ended },
};

static bool
taken(struct fold *fold, const char *type, const struct fold_event *event)
{
	size_t i;

	for (i = 0; i < sizeof takers / sizeof *takers; i++)
		if (strcmp(type, takers[i].type) == 0)
			break;
	if (i == sizeof takers / sizeof *takers)
		return false;
	if (takers[i].about != ABOUT_ALL &&
	    (event->subject == NULL || *event->subject == '\0'))
		return false;
	if (takers[i].about == ABOUT_REPO && !fold_is_key(event->subject))
		return false;
	takers[i].take(fold, event);
	return true;
}

/* Types that leave no trace in any view but by their token. */
static bool
passes_by(const char *type)
{
	static const char *const types[] = { "check.passed", "lease.denied",
		"lease.granted", "ledger.repaired", "job.started",
		"job.finished", "job.skipped", "job.refused" };
	size_t i;

	for (i = 0; i < sizeof types / sizeof *types; i++)
		if (strcmp(type, types[i]) == 0)
			return true;
	return false;
}

/* Jobs, the operator and the ledger itself are not of a cycle. */
static bool
of_cycle(const char *type)
{
	return !fold_word_is(type) && strncmp(type, "job.", 4) != 0 &&
	       strcmp(type, "ledger.repaired") != 0;
}

/* F5: what is ahead of the clock would wait for it to come back there. */
static void
set_back(struct fold *fold, instant now)
{
	struct fold_repo *repo;
	size_t i;

	for (i = 0; i < fold->repo_count; i++) {
		repo = fold->repos[i];
		if (!repo->present ||
		    (repo->failure_at <= now && repo->seen_at <= now))
			continue;
		fold_touch(fold, repo->repo_key);
		if (repo->failure_at > now)
			repo->failure_at = now;
		if (repo->seen_at > now)
			repo->seen_at = now;
	}
	for (i = 0; i < fold->remote_count; i++)
		if (fold->remotes[i]->since_at > now)
			fold->remotes[i]->since_at = now;
}

static void
follow_cycle(struct fold *fold, const char *type,
    const struct fold_event *event)
{
	if (event->cycle == NULL || !of_cycle(type))
		return;
	if (strcmp(type, "cycle.started") == 0)
		fold->totals.cycle_count++;
	if (fold->cycle.id != NULL && strcmp(fold->cycle.id, event->cycle) == 0)
		return;
	if (fold->cycle.id != NULL && event->at < fold->cycle.at)
		set_back(fold, event->at);
	fold_cycle_begin(&fold->cycle, event->cycle, event->at);
}

/* What the operator names may never have been. */
static void
follow_token(struct fold *fold, const char *type,
    const struct fold_event *event)
{
	int64_t token = json_get_int(event->data, "token", 0);

	if (token > fold->head.last_token && !fold_word_is(type))
		fold->head.last_token = token;
}

void
fold_event(struct fold *fold, const struct fold_event *event)
{
	const char *type;

	fold->head.seq = event->seq;
	if (event->hash != NULL && strlen(event->hash) == HASH_HEX_SIZE - 1)
		memcpy(fold->head.hash, event->hash, HASH_HEX_SIZE);
	if (strncmp(event->type, PREFIX, PREFIX_LEN) != 0) {
		fold->unknown_count++;
		return;
	}
	type = event->type + PREFIX_LEN;
	follow_cycle(fold, type, event);
	follow_token(fold, type, event);
	if (!taken(fold, type, event) &&
	    !fold_cycle_event(&fold->cycle, type, event->subject,
		event->data) &&
	    !fold_apply_event(fold, type, event) &&
	    !fold_word_event(fold, type, event) && !passes_by(type))
		fold->unknown_count++;
}

int
fold_event_read(struct fold_event *event, const struct json *line,
    const char *cycle, instant at, struct err *err)
{
	const char *time = json_get_text(line, "time");
	const char *of = json_get_text(line, "cycle");

	*event = (struct fold_event){
		.type = json_get_text(line, "type"),
		.subject = json_get_text(line, "subject"),
		.cycle = of != NULL ? of : cycle,
		.at = at,
		.seq = json_get_int(line, "seq", 0),
		.hash = json_get_text(line, "hash"),
		.data = json_get(line, "data"),
	};
	if (event->type == NULL)
		return err_set(err, EX_DATAERR, "type: expected a string");
	if (time != NULL && instant_parse(time, &event->at) == -1)
		return err_set(err, EX_DATAERR,
		    "time: expected an instant, found \"%s\"", time);
	return 0;
}

bool
fold_is_boundary(const struct fold_event *event)
{
	const char *type = event->type;

	if (strncmp(type, PREFIX, PREFIX_LEN) != 0)
		return false;
	type += PREFIX_LEN;
	return strcmp(type, "cycle.finished") == 0 ||
	       strcmp(type, "cycle.failed") == 0 || fold_word_is(type);
}

static int
by_key(const void *a, const void *b)
{
	return strcmp((*(struct fold_repo *const *)a)->repo_key,
	    (*(struct fold_repo *const *)b)->repo_key);
}

static int
by_url(const void *a, const void *b)
{
	return strcmp((*(struct fold_remote *const *)a)->url,
	    (*(struct fold_remote *const *)b)->url);
}

void
fold_sort(struct fold *fold)
{
	if (fold->sorted)
		return;
	if (fold->repo_count > 1)
		qsort(fold->repos, fold->repo_count, sizeof(struct fold_repo *),
		    by_key);
	if (fold->remote_count > 1)
		qsort(fold->remotes, fold->remote_count,
		    sizeof(struct fold_remote *), by_url);
	fold->sorted = true;
}

void
fold_remote_write(const struct fold_remote *remote, struct jw *jw)
{
	jw_object(jw, NULL);
	jw_text(jw, "url", remote->url);
	jw_text(jw, "host", remote->host);
	jw_text(jw, "class", remote->class);
	jw_bool(jw, "degraded", remote->degraded);
	jw_int(jw, "degraded_count", remote->degraded_count);
	jw_int(jw, "recovered_count", remote->recovered_count);
	jw_instant(jw, "since_at", remote->since_at);
	jw_end(jw);
}
