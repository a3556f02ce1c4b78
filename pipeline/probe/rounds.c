#include "rounds.h"
#include "abroad.h"
#include "base/alloc.h"
#include "budget.h"
#include "desk.h"
#include "git/patience.h"
#include "git/staging.h"
#include "proc/pool.h"
#include "repo.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AHEAD 4
#define MEMORY_MAX ((size_t)2 << 30) /* of a worker; a pack is looked at */

struct round {
	struct probe *probe;
	size_t *todo; /* owned; indices into the fleet */
	size_t count;
	struct budget budget;
	bool network; /* ready() and started() are asked */
};

static void
work(void *ctx, size_t i, struct buf *answer)
{
	const struct round *round = ctx;

	patience_begin(round->probe->policy->probe_deadline_ms);
	repo_probe(round->probe, round->todo[i], answer);
}

static void
keep_row(struct probe_repo *repo, const char *row, size_t len)
{
	free(repo->row);
	repo->row = xstrndup(row, len);
	repo->row_len = len;
}

static void
read_want(struct probe *probe, struct probe_repo *repo, char *line)
{
	char *tab = strchr(line, '\t');
	const char *host;

	if (!tab)
		return;
	*tab = '\0';
	host = listing_want(&probe->listings, tab + 1, line);
	if (!repo->waits)
		repo->host = host;
	repo->waits = true;
}

/* "tags FOLDER KEY", behind the word, a tab between them. */
static void
read_tags(struct probe *probe, char *line)
{
	char *tab = strchr(line, '\t');

	if (!tab)
		return;
	*tab = '\0';
	listing_follow(&probe->listings, tab + 1, line);
}

/* "fetched CLASS MS KEY", behind the word. */
static void
read_fetched(struct probe *probe, char *line)
{
	char *ms = strchr(line, ' '), *key;
	const char *host;

	if (!ms)
		return;
	*ms++ = '\0';
	key = strchr(ms, ' ');
	if (!key)
		return;
	host = listing_fetched(&probe->listings, key + 1, line);
	breaker_note(&probe->listings.breaker, host, line,
	    strtoll(ms, NULL, 10));
}

static void
read_line(struct probe *probe, struct probe_repo *repo, char *line)
{
	unsigned long long device, inode;
	char *tab;

	if (sscanf(line, "id %llu %llu", &device, &inode) == 2) {
		repo->placed = true;
		repo->device = (dev_t)device;
		repo->inode = (ino_t)inode;
	} else if (strncmp(line, "want ", 5) == 0) {
		read_want(probe, repo, line + 5);
	} else if (strncmp(line, "tags ", 5) == 0) {
		read_tags(probe, line + 5);
	} else if (strncmp(line, "asked ", 6) == 0) {
		tab = strchr(line, '\t');
		if (!tab)
			return;
		*tab = '\0';
		listing_note(&probe->listings, tab + 1, line + 6);
	} else if (strncmp(line, "fetched ", 8) == 0) {
		read_fetched(probe, line + 8);
	} else if (strncmp(line, "moved ", 6) == 0) {
		repo->moved = xstrdup(line + 6);
	}
}

static void
read_answer(struct probe *probe, struct probe_repo *repo,
    const struct buf *answer)
{
	char *at = answer->data, *line_end;

	while (at && *at != '\0' && *at != '\n') {
		line_end = strchr(at, '\n');
		if (!line_end)
			return;
		*line_end = '\0';
		read_line(probe, repo, at);
		at = line_end + 1;
	}
	if (at && *at == '\n' && !repo->waits)
		keep_row(repo, at + 1,
		    answer->len - (size_t)(at + 1 - answer->data));
}

/* Its worker is gone, and was perhaps about to ask or to fetch. */
static void
drop_half(const struct probe *probe, size_t at)
{
	char *path;

	desk_drop(probe, at);
	if (!probe->staging)
		return;
	path = staging_path(probe->staging, probe->fleet->repos[at].repo_key);
	staging_drop_half(path);
	free(path);
}

static void
done(void *ctx, size_t i, enum pool_outcome outcome, const struct buf *answer,
    int64_t ms)
{
	struct round *round = ctx;
	size_t at = round->todo[i];
	struct probe_repo *repo = &round->probe->repos[at];
	struct buf row = { 0 };
	bool known = repo->row != NULL;

	repo->again = outcome == POOL_SKIPPED;
	repo->waits = false;
	if (repo->again)
		return;
	budget_give(&round->budget, repo->host);
	if (round->network) {
		breaker_give(&round->probe->listings.breaker, repo->host);
		progress_answered(&round->probe->listings.progress, repo->host);
	}
	free(repo->moved);
	repo->moved = NULL;
	if (outcome == POOL_DONE)
		read_answer(round->probe, repo, answer);
	else if (outcome == POOL_TIMEOUT)
		repo_lost(round->probe, at,
		    abroad_is(at) ? "timeout" : "overrun",
		    "did not end in time", ms, &row);
	if (!repo->row && !repo->waits && row.len == 0)
		repo_lost(round->probe, at, "corrupt",
		    "the worker that looked at it died", ms, &row);
	if (row.len > 0)
		keep_row(repo, row.data, row.len);
	if (outcome != POOL_DONE)
		drop_half(round->probe, at);
	if (!known && repo->row)
		progress_done(&round->probe->listings.progress);
	buf_clear(&row);
}

static bool
forbidden(const struct probe *probe, const struct probe_repo *repo)
{
	return breaker_ready(&probe->listings.breaker, repo->host) ==
	       POOL_NEVER;
}

/* A host that breaks during the round: who is behind goes again, and then
 * the worker knows that it need not fetch. */
static enum pool_ready
ready(void *ctx, size_t i)
{
	struct round *round = ctx;
	const struct probe_repo *repo = &round->probe->repos[round->todo[i]];

	enum pool_ready may = POOL_NOW;

	if (!repo->warned)
		may =
		    breaker_ready(&round->probe->listings.breaker, repo->host);

	return may == POOL_NOW ? budget_ready(&round->budget, repo->host) : may;
}

static void
started(void *ctx, size_t i)
{
	struct round *round = ctx;

	const char *host = round->probe->repos[round->todo[i]].host;

	budget_take(&round->budget, host);
	breaker_take(&round->probe->listings.breaker, host);
	progress_ask(&round->probe->listings.progress, host);
}

static int
run(struct round *round, bool network, struct err *err)
{
	const struct policy *policy = round->probe->policy;
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	struct pool pool = { .ctx = round,
		.job_count = round->count,
		.ahead = network ? 1 : AHEAD,
		.deadline_ms = policy->probe_deadline_ms,
		.most_ms = PATIENCE_TIMES * policy->probe_deadline_ms,
		.worker_count = network ? (int)policy->probe_workers
					: 2 * (int)(cores > 0 ? cores : 1),
		.memory_max = MEMORY_MAX,
		.work = work,
		.done = done,
		.ready = network ? ready : NULL,
		.started = network ? started : NULL };
	struct probe_repo *repo;
	size_t i;
	int rc = 0;

	round->network = network;
	for (i = 0; i < round->count; i++) {
		repo = &round->probe->repos[round->todo[i]];
		repo->warned = forbidden(round->probe, repo);
	}
	if (round->count > 0)
		rc = pool_run(&pool, err);
	budget_clear(&round->budget);
	round->budget = (struct budget){ .policy = policy };

	return rc;
}

static int
compare_ids(const void *a, const void *b, void *ctx)
{
	const struct probe_repo *repos = ctx;
	size_t i = *(const size_t *)a, k = *(const size_t *)b;
	const struct probe_repo *x = &repos[i], *y = &repos[k];

	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;

	return i < k ? -1 : i > k;
}

/* One common dir under several keys: the first of them has it. */
static void
find_duplicates(struct round *round)
{
	struct probe *probe = round->probe;
	size_t total = probe->fleet->count;
	size_t *ids = xcalloc(total + 1, sizeof(*ids));
	struct probe_repo *one, *next;
	size_t i, count = 0;

	for (i = 0; i < total; i++)
		if (probe->repos[i].placed)
			ids[count++] = i;
	qsort_r(ids, count, sizeof(*ids), compare_ids, probe->repos);
	for (i = 1; i < count; i++) {
		one = &probe->repos[ids[i - 1]];
		next = &probe->repos[ids[i]];
		if (one->device != next->device || one->inode != next->inode)
			continue;
		next->duplicate_of =
		    one->duplicate_of
			? one->duplicate_of
			: probe->fleet->repos[ids[i - 1]].repo_key;
	}
	free(ids);
}

/* Who goes again: who waits, and after the first round the duplicates. */
static void
collect(struct round *round, bool first)
{
	const struct probe_repo *repos = round->probe->repos;
	size_t i;

	round->count = 0;
	for (i = 0; i < round->probe->fleet->count; i++)
		if (repos[i].waits || repos[i].again ||
		    (first && repos[i].duplicate_of))
			round->todo[round->count++] = i;
}

/* What is waited for and cannot be listed would be waited for for ever. */
static int
list(struct round *round, struct err *err)
{
	struct probe *probe = round->probe;
	int rc = listing_run(&probe->listings, probe->policy, err);
	size_t i;

	for (i = 0; rc == 0 && i < round->count; i++)
		if (probe->repos[round->todo[i]].waits)
			return err_set(err, EX_SOFTWARE, "%s: waits in vain",
			    probe->fleet->repos[round->todo[i]].repo_key);

	return rc == -1 ? -1 : 0;
}

int
rounds_run(struct probe *probe, struct err *err)
{
	struct round round = { .probe = probe,
		.budget = { .policy = probe->policy } };
	size_t i, total = probe->fleet->count;
	bool first = true;
	int rc;

	probe->repos = xcalloc(total + 1, sizeof(*probe->repos));
	round.todo = xcalloc(total + 1, sizeof(*round.todo));
	for (i = 0; i < total; i++)
		round.todo[round.count++] = i;
	rc = abroad_begin(total, err);
	if (rc == 0)
		rc = run(&round, false, err);
	find_duplicates(&round);
	for (; rc == 0; first = false) {
		collect(&round, first);
		if (round.count == 0)
			break;
		rc = list(&round, err);
		if (rc == 0)
			rc = run(&round, true, err);
	}
	for (i = 0; rc == -1 && i < total; i++)
		drop_half(probe, i);
	abroad_end();
	free(round.todo);

	return rc;
}
