#include "repo.h"
#include "abroad.h"
#include "base/alloc.h"
#include "compare.h"
#include "desk.h"
#include "git/staging.h"
#include "members.h"
#include "model/reason.h"
#include "proc/host.h"
#include "row.h"
#include <stdlib.h>
#include <string.h>

struct work {
	const struct probe *probe;
	const struct fleet_repo *repo;
	struct inspection in;
	struct members members;
	struct comparison comparison;
	struct member *selected; /* borrowed from members */
	int64_t since_ms;
	char *desk; /* owned; a folder to ask git in */
	struct buf *answer;
};

/* May its remotes be asked: is there something to compare, and nothing in
 * the way of trusting where they lead? */
static bool
asks(const struct work *work)
{
	return !work->in.place.reason && work->in.upstream_ref &&
	       work->in.branch_oid[0] != '\0' &&
	       !inspect_has(&work->in, "needs-trust") &&
	       !inspect_has(&work->in, "unsupported-format") &&
	       !inspect_has(&work->in, "duplicate-of");
}

/* Select, asking as the choice wants it. False: listings are needed first. */
static bool
choose(struct work *work)
{
	size_t at = (size_t)(work->repo - work->probe->fleet->repos);
	struct federation_choice choice;
	bool told = true;

	abroad_set(at, true);
	while (told && (choice = members_select(&work->members)).ask)
		told = members_ask(&work->members,
		    members_of(&work->members, choice.ask),
		    work->in.upstream_ref, work->answer);
	abroad_set(at, false);
	if (told)
		work->selected = members_of(&work->members, choice.member);

	return told;
}

/* Was it the remote's default branch when that was last looked up? */
static bool
was_default(const struct inspection *in, const char *branch)
{
	struct ref_dirs dirs = place_dirs(&in->place);
	char oid[OID_SIZE], *head, *whole, *target = NULL;
	bool was;

	if (!in->upstream_remote)
		return false;
	head = xasprintf("refs/remotes/%s/HEAD", in->upstream_remote);
	whole = xasprintf("refs/remotes/%s/%s", in->upstream_remote, branch);
	ref_read(&dirs, head, oid, &target);
	was = target && strcmp(target, whole) == 0;
	free(target);
	free(whole);
	free(head);

	return was;
}

/* The remote's branch is gone: did its default branch take another name? */
static void
note_gone(struct work *work, const struct member *first)
{
	const char *branch = work->in.upstream_ref + strlen("refs/heads/");
	bool other = first->head && strcmp(first->head, branch) != 0;

	inspect_note(&work->in,
	    other && was_default(&work->in, branch) ? "default-renamed"
						    : "upstream-gone",
	    true,
	    other ? xasprintf("the default branch is %s now", first->head)
		  : NULL);
}

static void
note_down(struct work *work)
{
	const struct member *first = members_first(&work->members);

	if (!first)
		return;
	if (strcmp(first->class, "ref-missing") == 0)
		note_gone(work, first);
	else if (reason_is(first->class, REASON_REMOTE))
		inspect_note(&work->in, reason_find(first->class)->code, true,
		    first->detail ? xstrdup(first->detail) : NULL);
}

/* What failed besides the endpoint in use is news, no more. */
static void
note_members(struct work *work)
{
	const struct member *member;
	size_t i;

	for (i = 0; i < work->members.count; i++) {
		member = &work->members.items[i];
		if (member != work->selected &&
		    reason_is(member->class, REASON_REMOTE))
			inspect_note(&work->in, member->class, false, NULL);
	}
}

/* False: listings are needed first. */
static bool
ask_and_compare(struct work *work)
{
	do {
		if (!choose(work))
			return false;
		if (!work->selected)
			break;
		comparison_clear(&work->comparison);
	} while (compare_member(&work->comparison, &work->members, work->repo,
		     &work->in, work->selected) == COMPARE_AGAIN);
	if (!work->selected) {
		comparison_clear(&work->comparison);
		note_down(work);
	}
	members_know(&work->members, work->in.upstream_ref);
	note_members(work);

	return true;
}

/* Landed: the checkout has what was staged for it (B3). */
static void
clean_staging(const struct work *work)
{
	const char *folder = work->probe->staging;
	char *path;

	if (!folder || work->probe->staged_count == 0 ||
	    !work->comparison.known || work->comparison.staging)
		return;
	path = staging_path(folder, work->repo->repo_key);
	if (map_get(&work->probe->staged, path + strlen(folder) + 1))
		staging_remove(path);
	free(path);
}

static bool
same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static void
write_moved(const struct work *work)
{
	const struct json *known =
	    map_get(&work->probe->known, work->repo->repo_key);
	const char *previous = json_get_text(known, "tip");
	const struct member *member = work->selected;
	struct buf data = { 0 };
	struct jw jw;

	const char *now = members_primary_now(&work->members);

	if (!member || member->tip[0] == '\0')
		return;
	if (same(previous, member->tip) &&
	    (!now || same(now, json_get_text(known, "primary_tip"))))
		return;
	jw_init(&jw, &data);
	jw_object(&jw, NULL);
	jw_any_text(&jw, "branch", work->in.branch);
	jw_text(&jw, "tip", member->tip);
	jw_text(&jw, "previous", previous);
	jw_text(&jw, "role", member->role);
	jw_text(&jw, "url", member->shown);
	jw_text(&jw, "primary_tip", now);
	jw_end(&jw);
	buf_printf(work->answer, "moved %s\n", buf_text(&data));
	buf_clear(&data);
}

static void
write_fetched(const struct work *work)
{
	const struct member *member;
	const char *class;
	size_t i;

	for (i = 0; i < work->members.count; i++) {
		member = &work->members.items[i];
		class = member->fetch_failed ? member->class : NULL;
		if (member == work->selected && work->comparison.staging)
			class = "ok";
		if (class)
			buf_printf(work->answer, "fetched %s %lld %s\n", class,
			    (long long)member->retry_after_ms, member->key);
	}
}

static void
write_answer(struct work *work)
{
	struct row row = { .repo = work->repo,
		.in = &work->in,
		.members = &work->members,
		.comparison = &work->comparison,
		.selected = work->selected,
		.ms = host_monotonic_ms() - work->since_ms };

	if (work->in.place.inode != 0)
		buf_printf(work->answer, "id %llu %llu\n",
		    (unsigned long long)work->in.place.device,
		    (unsigned long long)work->in.place.inode);
	write_fetched(work);
	write_moved(work);
	buf_putc(work->answer, '\n');
	row_write(&row, work->answer);
}

static void
work_clear(struct work *work)
{
	comparison_clear(&work->comparison);
	members_clear(&work->members);
	inspect_clear(&work->in);
	free(work->desk);
}

void
repo_probe(const struct probe *probe, size_t i, struct buf *answer)
{
	struct work work = { .probe = probe,
		.repo = &probe->fleet->repos[i],
		.since_ms = host_monotonic_ms(),
		.desk = desk_of(probe, i),
		.answer = answer };
	struct inspect_options options = { .path = work.repo->path,
		.branch = work.repo->branch,
		.scratch = work.desk,
		.self = probe->self,
		.trust_config = work.repo->trust_config,
		.own_remotes = work.repo->remote_count > 0 };
	const char *twin = probe->repos[i].duplicate_of;

	inspect_begin(&work.in, &options);
	if (twin)
		inspect_note(&work.in, "duplicate-of", true, xstrdup(twin));
	if (!work.in.place.reason)
		members_make(&work.members, probe, work.repo, &work.in);
	if (asks(&work) && !choose(&work)) {
		work_clear(&work);
		return;
	}
	if (!work.in.place.reason)
		inspect_rest(&work.in);
	if (!asks(&work) || ask_and_compare(&work)) {
		clean_staging(&work);
		write_answer(&work);
	}
	work_clear(&work);
}

void
repo_lost(const struct probe *probe, size_t i, const char *reason,
    const char *detail, int64_t ms, struct buf *row)
{
	struct inspection in = { .staged_count = -1,
		.unstaged_count = -1,
		.untracked_count = -1,
		.free_bytes = -1,
		.free_inode_count = -1 };
	struct members members = { 0 };
	struct comparison comparison = { 0 };
	struct row lost = { .repo = &probe->fleet->repos[i],
		.in = &in,
		.members = &members,
		.comparison = &comparison,
		.ms = ms };

	in.place.reason = reason;
	inspect_note(&in, reason, true, detail ? xstrdup(detail) : NULL);
	row_write(&lost, row);
	inspect_clear(&in);
}
