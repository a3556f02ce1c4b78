#include "git/change.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "git/collide.h"
#include "git/history.h"
#include "git/lg.h"
#include "git/names.h"
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define DIFF_BLOB_MAX ((int64_t)64 << 20) /* larger ones count no lines */

struct scan {
	struct change *change;
	const struct change_options *options;
	git_repository *repo;
	git_odb *odb;
	struct collide collide;
	struct buf path; /* of the entry in hand */
	struct err *err;
};

static void
paths_add(struct change_paths *paths, const char *path, const char *kind)
{
	if (paths->count == CHANGE_LIST_MAX)
		return;
	paths->items = xgrow(paths->items, paths->count, &paths->cap,
	    sizeof(*paths->items));
	paths->items[paths->count++] =
	    (struct change_path){ xstrdup(path), kind };
}

static void
paths_clear(struct change_paths *paths)
{
	size_t i;

	for (i = 0; i < paths->count; i++)
		free(paths->items[i].path);
	free(paths->items);
}

/* A glob without "/" is matched against the last component, too. */
static bool
glob_holds(const char *glob, const char *path)
{
	const char *slash = strrchr(path, '/');

	return fnmatch(glob, path, 0) == 0 ||
	       (slash && !strchr(glob, '/') &&
		   fnmatch(glob, slash + 1, 0) == 0);
}

static void
check_sensitive(struct scan *scan)
{
	const char *path = buf_text(&scan->path);
	size_t i;

	for (i = 0; i < scan->options->glob_count; i++)
		if (glob_holds(scan->options->globs[i], path)) {
			paths_add(&scan->change->sensitive, path, NULL);
			return;
		}
}

/* A link's text: what symlink(2) takes, and takes whole. */
static int
check_link(struct scan *scan, const git_tree_entry *entry, size_t size)
{
	const char *kind = NULL;
	git_blob *blob = NULL;

	if (git_tree_entry_filemode_raw(entry) != GIT_FILEMODE_LINK)
		return 0;
	if (size == 0) {
		kind = "link-empty";
	} else if (size >= PATH_MAX) {
		kind = "link-over-long";
	} else {
		if (git_blob_lookup(&blob, scan->repo,
			git_tree_entry_id(entry)) < 0)
			return lg_err(scan->err, EX_DATAERR, "%s",
			    buf_text(&scan->path));
		if (memchr(git_blob_rawcontent(blob), '\0', size))
			kind = "link-nul";
		git_blob_free(blob);
	}
	if (kind)
		paths_add(&scan->change->unsafe, buf_text(&scan->path), kind);

	return 0;
}

/* Does something that is nobody's stand where the path is to be? */
static void
check_free(struct scan *scan, const char *path, bool folder)
{
	const char *at, *kind;

	kind = collide_find(&scan->collide, path, folder, &at);
	if (kind)
		paths_add(&scan->change->collisions, at, kind);
}

static int
check_blob(struct scan *scan, const git_tree_entry *entry, bool new_path)
{
	git_object_t type;
	size_t size;

	if (git_odb_read_header(&size, &type, scan->odb,
		git_tree_entry_id(entry)) < 0)
		return lg_err(scan->err, EX_DATAERR, "%s",
		    buf_text(&scan->path));
	if (type != GIT_OBJECT_BLOB) {
		paths_add(&scan->change->unsafe, buf_text(&scan->path), "type");
		return 0;
	}
	if (check_link(scan, entry, size) == -1)
		return -1;
	scan->change->new_bytes += (int64_t)size;
	check_sensitive(scan);
	buf_add(&scan->change->written, buf_text(&scan->path),
	    scan->path.len + 1);
	if (new_path)
		check_free(scan, buf_text(&scan->path), false);

	return 0;
}

static bool
check_safe(struct scan *scan, const git_tree_entry *entry)
{
	const char *name = git_tree_entry_name(entry);
	unsigned mode = (unsigned)git_tree_entry_filemode_raw(entry);
	const char *kind = names_unsafe(name);

	if (!kind)
		kind = names_unsafe_mode(mode);
	if (!kind && scan->path.len > NAMES_PATH_MAX)
		kind = "over-long";
	if (!kind && mode == GIT_FILEMODE_LINK &&
	    strcasecmp(name, ".gitmodules") == 0)
		kind = "dot-git";
	if (kind)
		paths_add(&scan->change->unsafe, buf_text(&scan->path), kind);

	return kind == NULL;
}

static int scan_tree(struct scan *scan, const git_tree *before,
    const git_oid *after);

static int
scan_below(struct scan *scan, const git_tree_entry *old,
    const git_tree_entry *entry)
{
	git_tree *before = NULL;
	int rc;

	if (old && git_tree_entry_type(old) == GIT_OBJECT_TREE &&
	    git_tree_lookup(&before, scan->repo, git_tree_entry_id(old)) < 0)
		return lg_err(scan->err, EX_DATAERR, "%s",
		    buf_text(&scan->path));
	buf_putc(&scan->path, '/');
	rc = scan_tree(scan, before, git_tree_entry_id(entry));
	git_tree_free(before);

	return rc;
}

static int
scan_safe(struct scan *scan, const git_tree_entry *old,
    const git_tree_entry *entry)
{
	switch (git_tree_entry_type(entry)) {
	case GIT_OBJECT_TREE:
		return scan_below(scan, old, entry);
	case GIT_OBJECT_BLOB:
		return check_blob(scan, entry,
		    !old || git_tree_entry_type(old) != GIT_OBJECT_BLOB);
	default: /* a submodule: an entry, and a folder */
		if (!old || git_tree_entry_type(old) != GIT_OBJECT_COMMIT)
			check_free(scan, buf_text(&scan->path), true);
		return 0;
	}
}

static int
scan_entry(struct scan *scan, const git_tree *before,
    const git_tree_entry *entry)
{
	const char *name = git_tree_entry_name(entry);
	const git_tree_entry *old;
	size_t len = scan->path.len;
	int rc = 0;

	old = before ? git_tree_entry_byname(before, name) : NULL;
	if (old &&
	    git_oid_equal(git_tree_entry_id(old), git_tree_entry_id(entry)) &&
	    git_tree_entry_filemode_raw(old) ==
		git_tree_entry_filemode_raw(entry))
		return 0;
	buf_puts(&scan->path, name);
	if (check_safe(scan, entry))
		rc = scan_safe(scan, old, entry);
	scan->path.len = len;
	scan->path.data[len] = '\0';

	return rc;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The entry of the tree in hand. */
static void
note_unsafe(struct scan *scan, const char *name, const char *kind)
{
	size_t len = scan->path.len;

	buf_puts(&scan->path, name);
	paths_add(&scan->change->unsafe, buf_text(&scan->path), kind);
	scan->path.len = len;
	scan->path.data[len] = '\0';
}

/* A name twice in one tree: a file that could be followed as a folder. */
static void
check_twice(struct scan *scan, const git_tree *tree)
{
	size_t i, count = git_tree_entrycount(tree);
	const char **names = xcalloc(count + 1, sizeof(*names));

	for (i = 0; i < count; i++)
		names[i] = git_tree_entry_name(git_tree_entry_byindex(tree, i));
	qsort(names, count, sizeof(*names), compare_names);
	for (i = 1; i < count; i++)
		if (strcmp(names[i - 1], names[i]) == 0)
			note_unsafe(scan, names[i], "duplicate");
	free(names);
}

/* git's order, in which a folder's name ends with a slash. */
static int
compare_entries(const git_tree_entry *a, const git_tree_entry *b)
{
	const char *x = git_tree_entry_name(a), *y = git_tree_entry_name(b);
	size_t xn = strlen(x), yn = strlen(y), n = xn < yn ? xn : yn;
	int order = memcmp(x, y, n);

	if (order != 0)
		return order;
	x += n;
	y += n;

	return (*x ? *(const unsigned char *)x
		   : (git_tree_entry_type(a) == GIT_OBJECT_TREE ? '/' : 0)) -
	       (*y ? *(const unsigned char *)y
		   : (git_tree_entry_type(b) == GIT_OBJECT_TREE ? '/' : 0));
}

/* Out of order, some entries are found by name and others are not. */
static void
check_order(struct scan *scan, const git_tree *tree)
{
	size_t i, count = git_tree_entrycount(tree);
	const git_tree_entry *entry, *last = NULL;

	for (i = 0; i < count; i++, last = entry) {
		entry = git_tree_entry_byindex(tree, i);
		if (last == NULL || compare_entries(last, entry) <= 0)
			continue;
		note_unsafe(scan, git_tree_entry_name(entry), "unsorted");
		return;
	}
}

static int
scan_tree(struct scan *scan, const git_tree *before, const git_oid *after)
{
	git_tree *tree = NULL;
	size_t i, count;
	int rc = 0;

	if (git_tree_lookup(&tree, scan->repo, after) < 0)
		return lg_err(scan->err, EX_DATAERR, "%s",
		    buf_text(&scan->path));
	check_twice(scan, tree);
	check_order(scan, tree);
	count = git_tree_entrycount(tree);
	for (i = 0; rc == 0 && i < count; i++)
		rc = scan_entry(scan, before, git_tree_entry_byindex(tree, i));
	git_tree_free(tree);

	return rc;
}

/* A path in the two trees and in the index; all of it may be nothing. */
struct sides {
	git_tree_entry *before, *after; /* owned */
	const git_index_entry *here;    /* borrowed */
};

static void
sides_find(struct sides *sides, const struct scan *scan, git_tree *before,
    git_tree *after, const char *path)
{
	*sides = (struct sides){ 0 };
	git_tree_entry_bypath(&sides->before, before, path);
	git_tree_entry_bypath(&sides->after, after, path);
	sides->here = git_index_get_bypath(scan->collide.index, path, 0);
}

static void
sides_clear(struct sides *sides)
{
	git_tree_entry_free(sides->before);
	git_tree_entry_free(sides->after);
}

static bool
same_entry(const git_tree_entry *a, const git_tree_entry *b)
{
	if (!a || !b)
		return a == b;

	return git_oid_equal(git_tree_entry_id(a), git_tree_entry_id(b)) &&
	       git_tree_entry_filemode(a) == git_tree_entry_filemode(b);
}

static bool
is_staged_as(const git_index_entry *here, const git_tree_entry *entry)
{
	if (!here || !entry)
		return !here && !entry;

	return git_oid_equal(&here->id, git_tree_entry_id(entry)) &&
	       here->mode == (uint32_t)git_tree_entry_filemode(entry);
}

/* As git: what is staged as it will be stays, and a file that is gone is
 * written again. */
static void
check_edit(struct scan *scan, const struct sides *sides, const char *path)
{
	if (same_entry(sides->before, sides->after) ||
	    is_staged_as(sides->here, sides->after))
		return;
	if (!is_staged_as(sides->here, sides->before) ||
	    collide_there(&scan->collide, path))
		paths_add(&scan->change->touched, path, NULL);
	else if (sides->after)
		check_free(scan, path, false);
}

static void
scan_edits(struct scan *scan, git_tree *before, git_tree *after)
{
	const struct list *edited = scan->options->edited;
	struct sides sides;
	size_t i;

	for (i = 0; edited && scan->collide.index && i < edited->count; i++) {
		sides_find(&sides, scan, before, after, edited->items[i]);
		check_edit(scan, &sides, edited->items[i]);
		sides_clear(&sides);
	}
}

/* Is it checked out here? Else it is an entry and an empty folder. */
static bool
is_populated(const struct scan *scan, const char *path)
{
	char *full = xasprintf("%s/%s/.git", scan->options->worktree, path);
	bool is = access(full, F_OK) == 0;

	free(full);

	return is;
}

static void
scan_submodules(struct scan *scan, git_tree *before, git_tree *after)
{
	git_index *index = scan->collide.index;
	const git_index_entry *entry;
	struct sides sides;
	size_t i, count = index ? git_index_entrycount(index) : 0;

	for (i = 0; !scan->change->submodule && i < count; i++) {
		entry = git_index_get_byindex(index, i);
		if (entry->mode != GIT_FILEMODE_COMMIT ||
		    !is_populated(scan, entry->path))
			continue;
		sides_find(&sides, scan, before, after, entry->path);
		if (!same_entry(sides.before, sides.after))
			scan->change->submodule = xstrdup(entry->path);
		sides_clear(&sides);
	}
}

static int
count_lines(struct scan *scan, git_tree *before, git_tree *after)
{
	git_diff_options options;
	git_diff_stats *stats = NULL;
	git_diff *diff = NULL;
	int rc = -1;

	git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
	options.max_size = DIFF_BLOB_MAX;
	options.context_lines = 0;
	if (git_diff_tree_to_tree(&diff, scan->repo, before, after, &options) ==
		0 &&
	    git_diff_get_stats(&stats, diff) == 0) {
		scan->change->file_count =
		    (int64_t)git_diff_stats_files_changed(stats);
		scan->change->insertion_count =
		    (int64_t)git_diff_stats_insertions(stats);
		scan->change->deletion_count =
		    (int64_t)git_diff_stats_deletions(stats);
		rc = 0;
	}
	git_diff_stats_free(stats);
	git_diff_free(diff);

	return rc == 0 ? 0 : lg_err(scan->err, EX_DATAERR, "diff");
}

static int
tree_of(git_tree **out, git_repository *repo, const char *hex, struct err *err)
{
	git_oid oid;

	if (lg_oid(&oid, hex, err) == -1)
		return -1;
	if (commit_tree(out, repo, &oid) < 0)
		return lg_err(err, EX_DATAERR, "%s", hex);

	return 0;
}

static int
scan_all(struct scan *scan)
{
	const struct change_options *options = scan->options;
	git_tree *before = NULL, *after = NULL;
	int rc = -1;

	if (git_repository_odb(&scan->odb, scan->repo) < 0)
		return lg_err(scan->err, EX_DATAERR, "%s", options->repo);
	if (tree_of(&before, scan->repo, options->before, scan->err) == 0 &&
	    tree_of(&after, scan->repo, options->tip, scan->err) == 0 &&
	    scan_tree(scan, before, git_tree_id(after)) == 0) {
		scan_edits(scan, before, after);
		scan_submodules(scan, before, after);
		rc = count_lines(scan, before, after);
		if (scan->change->unsafe.count > 0)
			rc = 0; /* what is unsafe need not be measurable */
	}
	git_tree_free(before);
	git_tree_free(after);

	return rc;
}

int
change_read(struct change *change, const struct change_options *options,
    struct err *err)
{
	struct scan scan = { .change = change, .options = options, .err = err };
	struct change_relation relation;
	int rc;

	if (change_relate(&relation, options->repo, options->before,
		options->tip, err) == -1)
		return -1;
	change->commit_count = relation.behind_count;
	buf_puts(&scan.path, "");
	if (lg_open(&scan.repo, options->repo, err) == -1 ||
	    collide_begin(&scan.collide, options->worktree, err) == -1)
		rc = -1;
	else
		rc = scan_all(&scan);
	collide_end(&scan.collide);
	buf_clear(&scan.path);
	git_odb_free(scan.odb);
	git_repository_free(scan.repo);

	return rc;
}

int
change_known(const char *repo, const char *oid, struct err *err)
{
	struct commit commit = { 0 };
	git_repository *opened = NULL;
	git_odb *odb = NULL;
	git_oid id;
	int rc;

	if (lg_oid(&id, oid, err) == -1 || lg_open(&opened, repo, err) == -1)
		return -1;
	rc = git_repository_odb(&odb, opened);
	if (rc == 0)
		rc = commit_read(&commit, odb, &id);
	commit_clear(&commit);
	git_odb_free(odb);
	git_repository_free(opened);
	if (rc < 0 && rc != GIT_ENOTFOUND)
		return lg_err(err, EX_DATAERR, "%s", oid);

	return rc == 0;
}

static int
relate(struct change_relation *relation, git_odb *odb, const git_oid *before,
    const git_oid *tip)
{
	struct history history;
	int rc;

	history_init(&history, odb);
	rc = history_add(&history, before, HISTORY_LEFT);
	if (rc == 0)
		rc = history_add(&history, tip, HISTORY_RIGHT);
	if (rc == 0)
		rc = history_walk(&history, HISTORY_BOTH);
	relation->related = history_count(&history, HISTORY_BOTH) > 0;
	relation->ahead_count = (int64_t)history_count(&history, HISTORY_LEFT);
	relation->behind_count =
	    (int64_t)history_count(&history, HISTORY_RIGHT);
	history_clear(&history);

	return rc;
}

int
change_relate(struct change_relation *relation, const char *repo,
    const char *before, const char *tip, struct err *err)
{
	git_repository *opened = NULL;
	git_odb *odb = NULL;
	git_oid a, b;
	int rc = 0;

	if (lg_oid(&a, before, err) == -1 || lg_oid(&b, tip, err) == -1 ||
	    lg_open(&opened, repo, err) == -1)
		return -1;
	if (git_repository_odb(&odb, opened) < 0 ||
	    relate(relation, odb, &a, &b) < 0)
		rc = lg_err(err, EX_DATAERR, "%s and %s", before, tip);
	git_odb_free(odb);
	git_repository_free(opened);

	return rc;
}

void
change_clear(struct change *change)
{
	paths_clear(&change->sensitive);
	paths_clear(&change->collisions);
	paths_clear(&change->unsafe);
	paths_clear(&change->touched);
	buf_clear(&change->written);
	free(change->submodule);
	*change = (struct change){ 0 };
}
