#include "git/staging.h"
#include "base/alloc.h"
#include "base/map.h"
#include "git/change.h"
#include "git/file.h"
#include "git/lg.h"
#include "git/newer.h"
#include "git/patience.h"
#include "git/trouble.h"
#include "plumbing/scratch.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define TIP "refs/staged/tip"
#define TEXT_MAX 65536
#define HAVE_MAX 4096

char *
staging_path(const char *folder, const char *repo_key)
{
	char *path = xasprintf("%s/%s", folder, repo_key);
	char *at;

	for (at = path + strlen(folder) + 1; *at != '\0'; at++)
		if (*at == '/')
			*at = '%';

	return path;
}

/*
 * The checkout's objects first, then what it borrows from itself: libgit2
 * resolves relative alternates of the first repository only.
 */
static void
find_objects(struct list *objects, const struct place *checkout)
{
	char *own = xasprintf("%s/objects", checkout->common_dir);
	char *path = xasprintf("%s/info/alternates", own), *folder, *line;
	struct buf text = { 0 };
	char *next = NULL;

	list_add(objects, own);
	line = NULL;
	if (file_read(path, TEXT_MAX, &text) == 1)
		line = strtok_r(text.data, "\n", &next);
	for (; line; line = strtok_r(NULL, "\n", &next))
		if (*line == '/') {
			list_add(objects, line);
		} else if (*line != '#') {
			folder = xasprintf("%s/%s", own, line);
			list_add(objects, folder);
			free(folder);
		}
	buf_clear(&text);
	free(path);
	free(own);
}

static int
make(const char *path, const struct place *checkout, struct err *err)
{
	struct list objects = { 0 };
	struct scratch scratch = { .objects = &objects };
	int rc;

	find_objects(&objects, checkout);
	rc = scratch_make(path, &scratch, err);
	if (rc == 0)
		rc = scratch_folder(path, "refs/have", err);
	if (rc == 0)
		rc = scratch_folder(path, "refs/staged", err);
	list_clear(&objects);

	return rc;
}

static bool
text_is(const char *folder, const char *name, const char *want)
{
	char *path = xasprintf("%s/%s", folder, name);
	struct buf text = { 0 };
	bool is;

	is = file_read(path, TEXT_MAX, &text) == 1 &&
	     strcmp(text.data, want) == 0;
	buf_clear(&text);
	free(path);

	return is;
}

bool
staging_holds(const char *path, const struct place *checkout, const char *tip)
{
	char *line = xasprintf("%s\n", tip);
	struct list objects = { 0 };
	char *alternates;
	bool holds;

	holds = text_is(path, TIP, line);
	if (holds) {
		find_objects(&objects, checkout);
		alternates = scratch_alternates(&objects);
		holds = text_is(path, "objects/info/alternates", alternates);
		free(alternates);
		list_clear(&objects);
	}
	free(line);

	return holds;
}

/* libgit2 parses what it tells a server that we have, and ends the fetch where
 * it cannot (commit.h): then a commit further down stands for it. */
static int
readable(git_repository *repo, git_odb *odb, git_oid *oid)
{
	struct commit commit = { 0 };
	git_object *object = NULL;
	int rc = -1;

	while (git_object_lookup(&object, repo, oid, GIT_OBJECT_ANY) < 0 &&
	       commit_read(&commit, odb, oid) == 0 && commit.parent_count > 0) {
		*oid = commit.parents[0];
		commit_clear(&commit);
	}
	if (object != NULL)
		rc = 0;
	commit_clear(&commit);
	git_object_free(object);

	return rc;
}

/* The checkout's tips as packed refs: what need not be sent. */
static void
list_have(struct buf *text, git_repository *repo, git_odb *odb)
{
	git_reference_iterator *refs = NULL;
	git_reference *ref;
	char hex[OID_SIZE];
	size_t count = 0;
	git_oid oid;

	buf_puts(text, "# pack-refs with: sorted\n");
	if (git_reference_iterator_new(&refs, repo) < 0)
		return;
	while (count < HAVE_MAX && git_reference_next(&ref, refs) == 0) {
		if (git_reference_type(ref) == GIT_REFERENCE_DIRECT) {
			oid = *git_reference_target(ref);
			if (readable(repo, odb, &oid) == 0) {
				lg_hex(hex, &oid);
				buf_printf(text, "%s refs/have/%06zu\n", hex,
				    count++);
			}
		}
		git_reference_free(ref);
	}
	git_reference_iterator_free(refs);
}

static int
write_have(const char *path, const char *checkout, struct err *err)
{
	git_repository *repo = NULL;
	struct buf text = { 0 };
	git_odb *odb = NULL;
	int rc;

	if (lg_open(&repo, checkout, err) == -1)
		return -1;
	if (git_repository_odb(&odb, repo) == 0) {
		list_have(&text, repo, odb);
		rc = scratch_write(path, "packed-refs", buf_text(&text), err);
	} else {
		rc = err_set(err, EX_IOERR, "%s: %s", checkout, lg_said());
	}
	git_odb_free(odb);
	git_repository_free(repo);
	buf_clear(&text);

	return rc;
}

/* On the left what the checkout has, as far as the upstream knows it. */
static int
add_have(struct history *history, git_repository *staging)
{
	git_reference_iterator *refs = NULL;
	git_reference *ref;
	git_object_t type;
	const git_oid *oid;
	size_t size;
	int rc;

	rc = git_reference_iterator_glob_new(&refs, staging, "refs/have/*");
	while (rc == 0 && git_reference_next(&ref, refs) == 0) {
		oid = git_reference_target(ref);
		if (oid &&
		    git_odb_read_header(&size, &type, history->odb, oid) == 0 &&
		    type == GIT_OBJECT_COMMIT)
			rc = history_add(history, oid, HISTORY_LEFT);
		git_reference_free(ref);
	}
	git_reference_iterator_free(refs);

	return rc;
}

/* The upstream is on this machine: work on it is work of ours. */
static int
note_work(int stage, uint32_t current, uint32_t total, void *ctx)
{
	(void)stage;
	(void)current;
	(void)total;
	(void)ctx;
	patience_worked();

	return patience_left_ms(1) > 0 ? 0 : -1;
}

static int
note_write(const git_indexer_progress *progress, void *ctx)
{
	(void)progress;

	return note_work(0, 0, 0, ctx);
}

/* All of its objects but what it names. */
static int
pack_tag(git_packbuilder *pack, git_repository *upstream,
    const struct endpoint_tag *listed)
{
	git_oid oid, peeled;
	git_tag *tag;
	int rc = git_oid_fromstr(&oid, listed->oid);

	if (rc == 0)
		rc = git_oid_fromstr(&peeled, listed->peeled);
	while (rc == 0 && !git_oid_equal(&oid, &peeled)) {
		rc = git_packbuilder_insert(pack, &oid, NULL);
		if (rc == 0)
			rc = git_tag_lookup(&tag, upstream, &oid);
		if (rc == 0) {
			git_oid_cpy(&oid, git_tag_target_id(tag));
			git_tag_free(tag);
		}
	}

	return rc;
}

static int
pack_tags(git_packbuilder *pack, git_repository *upstream,
    const struct staging_job *job)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < job->tag_count; i++)
		rc = pack_tag(pack, upstream, &job->tags[i]);

	return rc;
}

/* Whose commit is among those that are new. */
static int
pack_more(git_packbuilder *pack, git_repository *upstream,
    const struct staging_job *job, const struct history *history)
{
	const struct history_node *node;
	git_oid peeled;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < job->more_count; i++) {
		node = git_oid_fromstr(&peeled, job->more[i].peeled) == 0
			   ? history_find(history, &peeled)
			   : NULL;
		if (node != NULL && node->sides == HISTORY_RIGHT)
			rc = pack_tag(pack, upstream, &job->more[i]);
	}

	return rc;
}

/* What is no commit has no history. */
static int
add_new(struct history *history, const char *hex)
{
	git_object_t type;
	git_oid oid;
	size_t size;

	if (git_oid_fromstr(&oid, hex) < 0 ||
	    git_odb_read_header(&size, &type, history->odb, &oid) < 0 ||
	    type != GIT_OBJECT_COMMIT)
		return 0;

	return history_add(history, &oid, HISTORY_RIGHT);
}

/* What is new of the tags that are asked for by name, and of what comes along.
 */
static int
add_others(struct history *history, const struct staging_job *job)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < job->tag_count; i++)
		rc = add_new(history, job->tags[i].peeled);
	for (i = 0; rc == 0 && i < job->along->found.ref_count; i++)
		rc = add_new(history, job->along->found.refs[i].oid);

	return rc;
}

static void
see_refs(struct staging_job *job, git_repository *upstream)
{
	git_reference_iterator *refs = NULL;
	git_reference *ref;
	char hex[OID_SIZE];

	if (git_reference_iterator_new(&refs, upstream) < 0)
		return;
	while (git_reference_next(&ref, refs) == 0) {
		if (git_reference_type(ref) == GIT_REFERENCE_DIRECT) {
			lg_hex(hex, git_reference_target(ref));
			along_see(job->along, git_reference_name(ref), hex);
		}
		git_reference_free(ref);
	}
	git_reference_iterator_free(refs);
}

static int
pack_one(struct newer *newer, const git_oid *oid, git_object_t type,
    const char *name)
{
	(void)type;

	return git_packbuilder_insert(newer->ctx, oid, name);
}

static int
pack_new(git_packbuilder *pack, const struct staging_job *job,
    git_repository *upstream, git_repository *staging, const git_oid *tip)
{
	struct newer newer = { .repo = upstream,
		.each = pack_one,
		.ctx = pack };
	struct history history;
	git_odb *odb = NULL;
	int rc;

	rc = git_repository_odb(&odb, upstream);
	history_init(&history, odb);
	if (rc == 0)
		rc = add_have(&history, staging);
	if (rc == 0)
		rc = history_add(&history, tip, HISTORY_RIGHT);
	if (rc == 0)
		rc = add_others(&history, job);
	if (rc == 0)
		rc = history_walk(&history, HISTORY_RIGHT);
	if (rc == 0)
		rc = newer_walk(&newer, &history);
	if (rc == 0)
		rc = pack_tags(pack, upstream, job);
	if (rc == 0)
		rc = pack_more(pack, upstream, job, &history);
	newer_clear(&newer);
	history_clear(&history);
	git_odb_free(odb);

	return rc;
}

static int
pack_walk(const struct staging_job *job, git_repository *upstream,
    git_repository *staging, const git_oid *tip, const char *into)
{
	git_packbuilder *pack = NULL;
	int rc;

	rc = git_packbuilder_new(&pack, upstream);
	if (rc == 0) {
		git_packbuilder_set_threads(pack, 1);
		git_packbuilder_set_callbacks(pack, note_work, NULL);
		patience_stretch();
		rc = pack_new(pack, job, upstream, staging, tip);
	}
	if (rc == 0)
		rc = git_packbuilder_write(pack, into, 0, note_write, NULL);
	git_packbuilder_free(pack);

	return rc;
}

/* From a path: pack what is new, read from the upstream's own objects. */
static const char *
fetch_path(struct staging_job *job, git_repository *staging, char **detail)
{
	git_repository *upstream = NULL;
	const char *class = NULL;
	struct err err;
	git_oid tip;
	char *into;
	int rc;

	if (lg_oid(&tip, job->tip, &err) == -1 ||
	    lg_open(&upstream, job->url->path, &err) == -1) {
		*detail = xstrdup(err.text);
		return "not-git";
	}
	see_refs(job, upstream);
	into = xasprintf("%s/objects/pack", job->path);
	rc = pack_walk(job, upstream, staging, &tip, into);
	if (rc < 0) {
		class = rc == GIT_ENOTFOUND     ? "incomplete"
			: lg_number() == ENOMEM ? "overrun"
			: errno == ENOSPC       ? "no-space"
						: "server-error";
		*detail = xstrdup(lg_said());
	}
	free(into);
	git_repository_free(upstream);

	return class;
}

/* The tip, and what comes along with it. */
static bool
find_refs(git_remote *remote, struct staging_job *job)
{
	const git_remote_head **list;
	char hex[OID_SIZE];
	size_t i, count;
	bool found = false;

	if (git_remote_ls(&list, &count, remote) < 0)
		return false;
	for (i = 0; i < count; i++) {
		lg_hex(hex, &list[i]->oid);
		if (strcmp(list[i]->name, job->ref) == 0) {
			memcpy(job->tip, hex, OID_SIZE);
			found = true;
		}
		along_see(job->along, list[i]->name, hex);
	}

	return found;
}

struct bounds {
	size_t free_bytes; /* before the pack came */
	unsigned done;     /* objects and deltas that were seen to */
};

/* No pack may take more than half of the space that was free, nor more time
 * than there is: objects that come fast are slow to index. */
static int
keep_within(const git_indexer_progress *progress, void *ctx)
{
	struct bounds *bounds = ctx;
	unsigned done = progress->indexed_objects + progress->indexed_deltas;

	patience_came((size_t)(done - bounds->done) * PATIENCE_RATE);
	bounds->done = done;
	if (patience_left_ms(1) == 0)
		trouble_set("too-slow", 0,
		    "not fetched in time: see probe_deadline_ms");
	else if (progress->received_bytes <= bounds->free_bytes / 2)
		return 0;

	return -1;
}

static size_t
free_bytes_of(const char *path)
{
	struct statvfs info;

	if (statvfs(path, &info) == -1)
		return SIZE_MAX;

	return (size_t)info.f_bavail * (size_t)info.f_frsize;
}

/* The names to fetch, the caller's. */
static git_strarray
specs_of(const struct staging_job *job)
{
	git_strarray specs = { 0 };
	size_t i;

	specs.strings =
	    xcalloc(job->tag_count + job->along->found.ref_count + 1,
		sizeof(*specs.strings));
	specs.strings[specs.count++] = xstrdup(job->ref);
	for (i = 0; i < job->tag_count; i++)
		specs.strings[specs.count++] = xstrdup(job->tags[i].name);
	for (i = 0; i < job->along->found.ref_count; i++)
		specs.strings[specs.count++] =
		    xstrdup(job->along->found.refs[i].name);

	return specs;
}

static int
bring(git_remote *remote, const struct staging_job *job,
    const git_fetch_options *options)
{
	git_strarray specs = specs_of(job);
	size_t i;
	int rc;

	patience_stretch();
	rc = git_remote_download(remote, &specs, options);
	for (i = 0; i < specs.count; i++)
		free(specs.strings[i]);
	free(specs.strings);

	return rc;
}

/* A commit here, on the way to what is common with the remote, whose committer
 * libgit2 makes nothing of: no fault of the remote's. */
static bool
cannot_read(void)
{
	const git_error *last = git_error_last();

	return last != NULL && last->klass == GIT_ERROR_INVALID &&
	       strncmp(last->message, "failed to parse signature", 25) == 0;
}

static const char *
bring_failed(git_remote *remote, const struct bounds *bounds, char **detail)
{
	if (git_remote_stats(remote)->received_bytes > bounds->free_bytes / 2)
		return "no-space";
	if (cannot_read()) {
		*detail = xasprintf("libgit2 cannot go over its commits: %s",
		    lg_said());
		return "unsupported-format";
	}

	return endpoint_trouble(detail); /* a pack of 2^32 objects, too */
}

/* Connect, list, download; never git_remote_fetch(), which writes refs and
 * FETCH_HEAD. */
static const char *
download(struct staging_job *job, git_remote *remote, char **detail)
{
	git_remote_connect_options connect;
	git_fetch_options options;
	const char *class = NULL;
	struct bounds bounds = { .free_bytes = free_bytes_of(job->path) };

	git_remote_connect_options_init(&connect,
	    GIT_REMOTE_CONNECT_OPTIONS_VERSION);
	git_fetch_options_init(&options, GIT_FETCH_OPTIONS_VERSION);
	options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
	options.update_fetchhead = 0;
	options.callbacks.transfer_progress = keep_within;
	options.callbacks.payload = &bounds;
	trouble_clear();
	git_error_clear();
	if (git_remote_connect_ext(remote, GIT_DIRECTION_FETCH, &connect) < 0)
		class = endpoint_trouble(detail);
	else if (!find_refs(remote, job))
		class = "ref-missing";
	else if (bring(remote, job, &options) < 0)
		class = bring_failed(remote, &bounds, detail);

	return class;
}

static const char *
fetch_network(struct staging_job *job, git_repository *staging, char **detail)
{
	git_remote_create_options options;
	git_remote *remote = NULL;
	const char *class;

	git_remote_create_options_init(&options,
	    GIT_REMOTE_CREATE_OPTIONS_VERSION);
	options.repository = staging;
	options.flags = GIT_REMOTE_CREATE_SKIP_INSTEADOF |
			GIT_REMOTE_CREATE_SKIP_DEFAULT_FETCHSPEC;
	if (git_remote_create_with_opts(&remote, job->url->text, &options) <
	    0) {
		*detail = xstrdup(lg_said());
		return "unsupported-url";
	}
	access_use(job->access);
	class = download(job, remote, detail);
	git_remote_free(remote);
	access_use(NULL);

	return class;
}

static const char *
fetch(struct staging_job *job, char **detail)
{
	git_repository *staging = NULL;
	const char *class;
	struct err err;
	char *line;

	if (lg_open(&staging, job->path, &err) == -1) {
		*detail = xstrdup(err.text);
		return "corrupt";
	}
	class = job->url->protocol == URL_FILE
		    ? fetch_path(job, staging, detail)
		    : fetch_network(job, staging, detail);
	git_repository_free(staging);
	if (class)
		return class;
	patience_worked(); /* what came is to be looked at in peace */
	if (change_complete(job->path, job->before, job->tip, &err) == -1) {
		*detail = xstrdup(err.text);
		return err.number == ENOMEM ? "overrun" : "incomplete";
	}
	line = xasprintf("%s\n", job->tip);
	if (along_write(job->along, job->path) == -1 ||
	    scratch_write(job->path, TIP, line, &err) == -1)
		class = "no-space";
	free(line);

	return class;
}

const char *
staging_fetch(struct staging_job *job, char **detail)
{
	const char *class;
	struct err err;

	*detail = NULL;
	staging_remove(job->path);
	if (make(job->path, job->checkout, &err) == -1 ||
	    write_have(job->path, job->checkout->common_dir, &err) == -1) {
		*detail = xstrdup(err.text);
		class = "no-space";
	} else {
		class = fetch(job, detail);
	}
	if (class)
		staging_remove(job->path);

	return class;
}

void
staging_remove(const char *path)
{
	scratch_remove(path);
}

void
staging_drop_half(const char *path)
{
	char *tip = xasprintf("%s/%s", path, TIP);

	if (access(tip, F_OK) == -1)
		staging_remove(path);
	free(tip);
}
