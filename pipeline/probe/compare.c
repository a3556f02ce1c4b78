#include "compare.h"
#include "abroad.h"
#include "base/alloc.h"
#include "git/closed.h"
#include "git/refspec.h"
#include "git/staging.h"
#include "git/trouble.h"
#include "json/value.h"
#include "model/reason.h"
#include "way.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct job {
	struct comparison *out;
	const struct probe *probe;
	const struct fleet_repo *repo;
	struct inspection *in;
	struct member *member;
	const char *objects;  /* borrowed; where the tip is */
	struct endpoint tags; /* owned; to be fetched by name */
};

static bool
primary(const struct member *member)
{
	return strcmp(member->role, "primary") == 0;
}

/* Is the tip in the checkout, whole? */
static bool
in_checkout(const struct job *job)
{
	const char *repo = job->in->place.git_dir;
	struct err err;

	return change_known(repo, job->member->tip, &err) == 1 &&
	       change_complete(repo, job->in->branch_oid, job->member->tip,
		   &err) == 0;
}

/* Shallow and partial clones are reported, never fetched (B1). */
static bool
may_fetch(const struct job *job)
{
	return job->probe->staging && !inspect_has(job->in, "shallow") &&
	       !inspect_has(job->in, "partial") && inspect_sound(job->in);
}

static void
note_unread(struct job *job, const struct err *err)
{
	if (err->number == ENOMEM)
		inspect_note(job->in, "overrun", true, xstrdup(err->text));
	else
		inspect_damaged(job->in, xstrdup(err->text));
}

/* What the fetch lacks may be what the checkout should have had. */
static bool
lacks_own(struct job *job, const char *class)
{
	struct ref_dirs dirs = place_dirs(&job->in->place);
	struct err err;
	char *closed;
	int known;

	if (strcmp(class, "incomplete") != 0)
		return false;
	known = change_known(job->in->place.git_dir, job->in->branch_oid, &err);
	if (known == 1) {
		closed = closed_to_read(&dirs);
		if (closed)
			inspect_note(job->in, "foreign-owner", true, closed);
		return closed != NULL;
	}
	if (known == 0)
		err_set(&err, EX_DATAERR, "no commit %s", job->in->branch_oid);
	note_unread(job, &err);

	return true;
}

static enum compare_verdict
note_failure(struct job *job, const char *class, char *detail)
{
	if (lacks_own(job, class)) {
		free(detail);
		return COMPARE_DONE;
	}
	if (!reason_is(class, REASON_REMOTE)) {
		inspect_note(job->in, class, true, detail);
		return COMPARE_DONE;
	}
	job->member->class = class;
	job->member->fetch_failed = true;
	job->member->retry_after_ms = trouble_last()->retry_after_ms;
	job->member->tip[0] = '\0';
	free(job->member->detail);
	job->member->detail = detail;

	return COMPARE_AGAIN;
}

/* L1 of follow.h, and by the lines of the primary's own name. */
static void
wish(const struct job *job, struct along *along, struct list *lines)
{
	const struct place *place = &job->in->place;

	*along = (struct along){ .dirs = place_dirs(place),
		.upstream = job->in->upstream_ref };
	if (!primary(job->member) || job->member->name == NULL)
		return;
	gitconfig_get_all(&place->config, "remote", job->member->name, "fetch",
	    lines);
	along->lines = lines;
}

static const char *
fetch(struct job *job, const char *path, char **detail)
{
	struct along along;
	struct list lines = { 0 };
	struct staging_job fetch = { .path = path,
		.checkout = &job->in->place,
		.before = job->in->branch_oid,
		.url = &job->member->url,
		.access = &job->member->access,
		.ref = job->in->upstream_ref,
		.tags = job->tags.tags,
		.tag_count = job->tags.tag_count,
		.more = job->out->tags.tags,
		.more_count = job->out->tags.tag_count,
		.along = &along };
	const struct breaker *breaker = &job->probe->listings.breaker;
	const char *class, *host = job->member->url.host;
	size_t at = (size_t)(job->repo - job->probe->fleet->repos);

	trouble_clear();
	if (breaker_ready(breaker, host) == POOL_NEVER)
		return breaker_why(breaker, host, detail);
	memcpy(fetch.tip, job->member->tip, OID_SIZE);
	wish(job, &along, &lines);
	abroad_set(at, true);
	class = staging_fetch(&fetch, detail);
	abroad_set(at, false);
	along_clear(&along);
	list_clear(&lines);
	memcpy(job->member->tip, fetch.tip, OID_SIZE);

	return class;
}

/* The annotated tags that the member lists at the tip: they may be signed. */
static void
find_signed(struct job *job)
{
	const struct member *member = job->member;
	const char *ref = job->in->upstream_ref;
	const struct endpoint *listed;
	const struct endpoint_tag *tag;
	size_t i;

	if (strcmp(signed_want(job->probe, job->repo), "tag") != 0)
		return;
	if (member->url.protocol == URL_FILE) {
		tags_at_tip(&job->tags, member->url.path, member->tip);
		return;
	}
	listed = listing_find(&job->probe->listings, member->key, ref);
	for (i = 0; listed && i < listed->tag_count; i++) {
		tag = &listed->tags[i];
		if (strcmp(tag->peeled, member->tip) == 0 &&
		    strcmp(tag->oid, tag->peeled) != 0)
			endpoint_add_tag(&job->tags, tag->name, tag->oid,
			    tag->peeled);
	}
}

/* Those that may come with the tip, and of them the ones to be asked for. */
static void
find_followed(struct job *job)
{
	const struct member *member = job->member;
	const struct place *place = &job->in->place;
	struct endpoint at_path = { 0 };
	const struct endpoint *listed;
	struct list have = { 0 };

	if (member->follow == FOLLOW_NONE)
		return;
	tags_here(place->common_dir, &have);
	listed = listing_find(&job->probe->listings, member->key,
	    job->in->upstream_ref);
	if (member->url.protocol == URL_FILE) {
		tags_of_path(&at_path, member->url.path, &have);
		listed = &at_path;
	}
	if (listed)
		follow_names(&job->out->tags, listed, &have);
	follow_needed(&job->tags, &job->out->tags, member->follow,
	    place->git_dir);
	endpoint_clear(&at_path);
	list_clear(&have);
}

/* Are they in `folder`, too? */
static bool
tags_come(const struct job *job, const char *folder)
{
	size_t i;

	for (i = 0; i < job->tags.tag_count; i++)
		if (!signature_holds(folder, job->tags.tags[i].oid))
			return false;

	return true;
}

/* Find or bring the tip's objects; job->objects stays NULL: unfetched. */
static enum compare_verdict
find_objects(struct job *job)
{
	const char *class;
	char *path, *detail;
	bool staged;

	if (in_checkout(job))
		job->objects = job->in->place.git_dir;
	if ((job->objects && tags_come(job, job->objects)) || !may_fetch(job))
		return COMPARE_DONE;
	path = staging_path(job->probe->staging, job->repo->repo_key);
	staged = staging_holds(path, &job->in->place, job->member->tip);
	if (staged) /* a tag may be younger */
		follow_needed(&job->tags, &job->out->tags, job->member->follow,
		    path);
	if (!staged || !tags_come(job, path)) {
		class = fetch(job, path, &detail);
		if (class) {
			free(path);
			return note_failure(job, class, detail);
		}
	}
	free(job->out->staging);
	job->out->staging = path;
	job->objects = path;

	return COMPARE_DONE;
}

/* Was `seen` the upstream once, and is it not part of it any more? */
static bool
dropped(const struct job *job, const char *seen)
{
	struct change_relation relation;
	struct err err;

	return seen && strcmp(seen, job->member->tip) != 0 &&
	       change_known(job->objects, seen, &err) == 1 &&
	       change_relate(&relation, job->objects, seen, job->member->tip,
		   &err) == 0 &&
	       relation.ahead_count > 0;
}

/* Does a ref say so that `git fetch` keeps for the upstream? */
static bool
tracking_dropped(const struct job *job)
{
	struct ref_dirs dirs = place_dirs(&job->in->place);
	struct refspec_dsts dsts = { 0 };
	struct list lines = { 0 };
	char oid[OID_SIZE];
	bool is = false;
	size_t i;

	if (!job->in->upstream_remote)
		return false;
	gitconfig_get_all(&job->in->place.config, "remote",
	    job->in->upstream_remote, "fetch", &lines);
	refspec_map(&dsts, &lines, job->in->upstream_ref);
	for (i = 0; !is && i < dsts.count; i++)
		is = ref_read(&dirs, dsts.list[i].name, oid, NULL) == REF_OID &&
		     dropped(job, oid);
	refspec_clear(&dsts);
	list_clear(&lines);

	return is;
}

static bool
rewritten(const struct job *job)
{
	const struct json *known;

	if (!primary(job->member))
		return false;
	known = map_get(&job->probe->known, job->repo->repo_key);

	return tracking_dropped(job) ||
	       dropped(job, json_get_text(known, "tip"));
}

static void
note_change(struct job *job)
{
	const struct change *change = &job->out->change;
	size_t i;

	if (change->unsafe.count > 0)
		inspect_note(job->in, "unsafe-tree", true,
		    xasprintf("%s: %s", change->unsafe.items[0].path,
			change->unsafe.items[0].kind));
	for (i = 0; i < change->collisions.count; i++)
		inspect_note(job->in,
		    strcmp(change->collisions.items[i].kind, "ignored") == 0
			? "ignored-collision"
			: "untracked-collision",
		    true, xstrdup(change->collisions.items[i].path));
	if (change->submodule)
		inspect_note(job->in, "submodules", true,
		    xstrdup(change->submodule));
	if (change->unsafe.count == 0 && job->in->checked_out)
		way_note(job->in, change, job->out->staging, job->member->tip);
}

/* The policy's globs, or the repository's own instead (hermes-fleet(5)). */
struct globs {
	const char **items; /* owned; the texts borrowed */
	size_t count;
	struct json *own; /* owned; or NULL */
};

static void
globs_make(struct globs *globs, const struct job *job)
{
	const struct list *list = &job->probe->policy->sensitive_paths;
	const char *text = job->repo->policy;
	const struct json *row = NULL;
	struct err err;
	size_t i;

	if (text && strstr(text, "sensitive_paths"))
		globs->own = json_parse_checked(text, strlen(text), &err);
	row = json_get(globs->own, "sensitive_paths");
	globs->items = xcalloc((row ? json_count(row) : list->count) + 1,
	    sizeof(*globs->items));
	if (!row)
		for (i = 0; i < list->count; i++)
			globs->items[globs->count++] = list->items[i];
	for (row = json_first(row); row; row = json_next(row))
		globs->items[globs->count++] = json_text(row);
}

static void
measure(struct job *job)
{
	struct globs globs = { 0 };
	struct change_options options = {
		.repo = job->objects,
		.worktree =
		    job->in->checked_out ? job->in->place.worktree : NULL,
		.edited = &job->in->dirty,
		.before = job->in->branch_oid,
		.tip = job->member->tip,
	};
	struct err err;

	globs_make(&globs, job);
	options.globs = globs.items;
	options.glob_count = globs.count;
	if (change_read(&job->out->change, &options, &err) == 0) {
		job->out->measured = true;
		note_change(job);
	} else {
		note_unread(job, &err);
		change_clear(&job->out->change);
	}
	json_free(globs.own);
	free(globs.items);
}

/* The folder that holds both commits: the one at hand, or what was staged for
 * another member and may go when this one's is. */
static bool
holds_both(const struct job *job, const char *folder)
{
	struct err err;

	return folder &&
	       change_known(folder, job->out->primary_tip, &err) == 1 &&
	       change_known(folder, job->member->tip, &err) == 1;
}

/* How does the tip stand to the primary's? False: the two have parted. Asked
 * before its objects are looked for and behind that. */
static bool
hold_against(struct job *job, const char *folder)
{
	const char *tip = job->member->tip, *other = job->out->primary_tip;
	struct change_relation relation;
	struct err err;

	if (primary(job->member) ||
	    (job->out->backed && job->out->backing != FEDERATION_UNKNOWN))
		return true;
	job->out->backed = true;
	job->out->backing = FEDERATION_UNKNOWN;
	if (other && strcmp(tip, other) == 0)
		job->out->backing = FEDERATION_SAME;
	else if (!other || !holds_both(job, folder) ||
		 change_relate(&relation, folder, tip, other, &err) == -1)
		return true;
	else if (relation.ahead_count == 0)
		job->out->backing = FEDERATION_PART;
	else if (relation.behind_count == 0)
		job->out->backing = FEDERATION_AHEAD;
	else
		return false;

	return true;
}

/* The primary's tip may be staged, until the member's own takes its place. */
static bool
look_staged(struct job *job)
{
	const char *folder = job->probe->staging;
	char *path = folder ? staging_path(folder, job->repo->repo_key) : NULL;
	bool together = hold_against(job, job->in->place.git_dir) &&
			hold_against(job, path);

	free(path);

	return together;
}

/* A7: by a signature that the policy wants. */
static bool
vouched(const struct job *job)
{
	return job->out->signature.policy &&
	       job->out->signature.verdict.state == SIGNATURE_GOOD;
}

/* F3, F4. False: another may be better; this one comes again if none is. */
static bool
proves(struct job *job, bool ahead, bool behind)
{
	struct member *member = job->member;
	bool looked = member->proof == FEDERATION_UNBACKED;

	member->stale = ahead && !behind;
	if (ahead || !hold_against(job, job->objects)) {
		member->proof = FEDERATION_DISPROVED;
		return false;
	}
	member->proof = job->out->backing <= FEDERATION_PART || vouched(job)
			    ? FEDERATION_PROVED
			    : FEDERATION_UNBACKED;

	return looked || member->proof == FEDERATION_PROVED;
}

static enum compare_verdict
judge(struct job *job)
{
	const struct change_relation *relation = &job->out->relation;
	bool ahead = relation->ahead_count > 0;
	bool behind = relation->behind_count > 0;

	if (behind && !ahead)
		signed_verify(&job->out->signature, job->probe, job->repo,
		    job->objects, job->member->tip, &job->tags);
	if (!primary(job->member) && !proves(job, ahead, behind))
		return COMPARE_AGAIN;
	if (ahead && behind && !relation->related)
		inspect_note(job->in, "unrelated-history", true, NULL);
	else if (ahead && rewritten(job)) /* maybe to what is here, too */
		inspect_note(job->in, "upstream-rewritten", true, NULL);
	else
		inspect_note(job->in,
		    !ahead   ? "behind"
		    : behind ? "diverged"
			     : "ahead",
		    true, NULL);
	if (behind && !ahead) {
		measure(job);
		follow_settle(&job->out->tags, job->objects);
		if (job->out->staging && primary(job->member))
			along_read(&job->out->refs, job->out->staging);
	} else {
		endpoint_clear(&job->out->tags);
	}

	return COMPARE_DONE;
}

static enum compare_verdict
settled(struct job *job)
{
	job->out->known = job->out->related_known = true;
	job->out->relation = (struct change_relation){ 0, 0, true };
	job->member->proof = FEDERATION_PROVED;
	inspect_note(job->in, "current", true, NULL);

	return COMPARE_DONE;
}

static enum compare_verdict
compare(struct job *job)
{
	struct comparison *out = job->out;
	enum compare_verdict verdict;
	struct err err;

	if (!look_staged(job)) {
		job->member->proof = FEDERATION_DISPROVED;
		return COMPARE_AGAIN;
	}
	find_signed(job);
	find_followed(job);
	verdict = find_objects(job);
	if (verdict == COMPARE_AGAIN || !inspect_sound(job->in))
		return verdict;
	if (!job->objects) {
		inspect_note(job->in, "unfetched", true, NULL);
		return COMPARE_DONE;
	}
	out->known = true;
	if (change_relate(&out->relation, job->objects, job->in->branch_oid,
		job->member->tip, &err) == -1) {
		note_unread(job, &err);
		return COMPARE_DONE;
	}
	out->related_known = true;

	return judge(job);
}

enum compare_verdict
compare_member(struct comparison *comparison, const struct members *members,
    const struct fleet_repo *repo, struct inspection *in, struct member *member)
{
	struct job job = { .out = comparison,
		.probe = members->probe,
		.repo = repo,
		.in = in,
		.member = member };
	enum compare_verdict verdict;

	if (strcmp(member->tip, in->branch_oid) == 0)
		return settled(&job);
	comparison->primary_tip = members_primary_tip(members);
	verdict = compare(&job);
	endpoint_clear(&job.tags);
	if (!comparison->related_known)
		endpoint_clear(&comparison->tags);

	return verdict;
}

void
comparison_clear(struct comparison *comparison)
{
	free(comparison->staging);
	endpoint_clear(&comparison->tags);
	endpoint_clear(&comparison->refs);
	signed_clear(&comparison->signature);
	if (comparison->measured)
		change_clear(&comparison->change);
	*comparison = (struct comparison){ 0 };
}
