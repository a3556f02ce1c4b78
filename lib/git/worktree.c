#include "git/worktree.h"
#include "base/alloc.h"
#include "base/list.h"
#include "base/map.h"
#include "git/commit.h"
#include "git/file.h"
#include "git/lg.h"
#include "git/odd.h"
#include "json/strict.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define ATTRIBUTES_MAX ((size_t)16 << 20)
#define UNSTAGED                                                               \
	(GIT_STATUS_WT_MODIFIED | GIT_STATUS_WT_DELETED |                      \
	    GIT_STATUS_WT_TYPECHANGE | GIT_STATUS_WT_RENAMED |                 \
	    GIT_STATUS_WT_UNREADABLE)
#define STAGED                                                                 \
	(GIT_STATUS_INDEX_NEW | GIT_STATUS_INDEX_MODIFIED |                    \
	    GIT_STATUS_INDEX_DELETED | GIT_STATUS_INDEX_RENAMED |              \
	    GIT_STATUS_INDEX_TYPECHANGE)

/* Marks of entries, as a person may have set them. */
static const char assumed[] = "assume-unchanged";
static const char skipped[] = "skip-worktree";

struct content_source
worktree_source(const struct inspection *in, const char *staging)
{
	return (struct content_source){ .folder = in->scratch,
		.place = &in->place,
		.named = in->named,
		.staging = staging,
		.trust_config = in->trust_config };
}

void
worktree_unasked(struct inspection *in, const char *code, const struct err *err)
{
	if (err->number == ETIMEDOUT || err->number == ENOMEM)
		code = "overrun";
	else if (err->number == ENOSPC || err->number == EDQUOT)
		code = "no-space";
	inspect_note(in, code, in->tree_leads, xstrdup(err->text));
}

/* The tree of HEAD's commit; NULL where HEAD is unborn. */
static int
read_head_tree(const struct inspection *in, git_repository *repo,
    git_tree **tree)
{
	git_oid oid;

	*tree = NULL;
	if (in->head_oid[0] == '\0')
		return 0;
	if (git_oid_fromstr(&oid, in->head_oid) < 0)
		return -1;

	return commit_tree(tree, repo, &oid);
}

/* Is it what the index's cache-tree stands for? */
static bool
is_cached(const struct inspection *in, const git_tree *tree)
{
	char hex[OID_SIZE];

	if (!tree)
		return false;
	lg_hex(hex, git_tree_id(tree));

	return strcmp(hex, in->place.index.tree) == 0;
}

/* Entries that git was told to assume unchanged, or to leave out, are looked at
 * like all others: in the index in memory alone. */
static int
unhide(git_repository *repo, struct map *marks)
{
	git_index *index = NULL;
	git_index_entry entry;
	const char *mark;
	size_t i;
	int rc;

	rc = git_repository_index(&index, repo);
	for (i = 0; rc == 0 && i < git_index_entrycount(index); i++) {
		entry = *git_index_get_byindex(index, i);
		mark = entry.flags & GIT_INDEX_ENTRY_VALID ? assumed
		       : entry.flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE
			   ? skipped
			   : NULL;
		if (mark == NULL)
			continue;
		entry.flags &= (uint16_t)~GIT_INDEX_ENTRY_VALID;
		entry.flags_extended &=
		    (uint16_t)~GIT_INDEX_ENTRY_SKIP_WORKTREE;
		rc = git_index_add(index, &entry);
		entry = *git_index_get_byindex(index, i);
		map_put(marks, entry.path, (void *)mark);
	}
	git_index_free(index);

	return rc;
}

/* What libgit2 found, sorted by what is to be done with it. */
struct found {
	struct list staged, unmerged;
	struct list hashed;   /* read, and the bytes are the blob's or not */
	size_t changed_count; /* by bytes, size or mode: git may differ */
	struct map marks;     /* path, borrowed from the index: static text */
};

static void
found_clear(struct found *found)
{
	list_clear(&found->staged);
	list_clear(&found->unmerged);
	list_clear(&found->hashed);
	map_clear(&found->marks);
}

static void
sort_out(struct inspection *in, git_status_list *list, struct found *found)
{
	size_t i, total = git_status_list_entrycount(list);
	const git_status_entry *entry;
	const git_diff_delta *delta;

	in->untracked_count = 0;
	for (i = 0; i < total; i++) {
		entry = git_status_byindex(list, i);
		delta = entry->head_to_index ? entry->head_to_index
					     : entry->index_to_workdir;
		if (entry->status & STAGED)
			list_add(&found->staged, delta->new_file.path);
		if (entry->status & GIT_STATUS_CONFLICTED)
			list_add(&found->unmerged, delta->new_file.path);
		found->changed_count += (entry->status & UNSTAGED) != 0;
		in->untracked_count += (entry->status & GIT_STATUS_WT_NEW) != 0;
	}
}

static int
look(struct inspection *in, git_repository *repo, struct found *found)
{
	const struct indexfile *index = &in->place.index;
	git_status_options options;
	git_status_list *list = NULL;
	git_tree *tree = NULL;
	int rc = 0;

	if (read_head_tree(in, repo, &tree) < 0)
		return -1;
	if (index->assumed_count > 0 || index->skip_worktree)
		rc = unhide(repo, &found->marks);
	git_status_options_init(&options, GIT_STATUS_OPTIONS_VERSION);
	options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED |
			GIT_STATUS_OPT_EXCLUDE_SUBMODULES |
			GIT_STATUS_OPT_NO_REFRESH;
	options.baseline = tree; /* or libgit2 reads the commit itself */
	options.show = is_cached(in, tree) ? GIT_STATUS_SHOW_WORKDIR_ONLY
					   : GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
	lg_list_hashed(&found->hashed);
	if (rc == 0)
		rc = git_status_list_new(&list, repo, &options);
	lg_list_hashed(NULL);
	if (rc == 0)
		sort_out(in, list, found);
	git_status_list_free(list);
	git_tree_free(tree);

	return rc;
}

/* What the .gitattributes above a file may do to it, at the most. */
enum power {
	POWER_NONE,
	POWER_TEXT, /* end of line, ident: bytes that a file need not have */
	POWER_ALL   /* a filter or an encoding: any file */
};

static enum power
power_of(const char *path)
{
	struct buf text = { 0 };
	enum power power = POWER_NONE;
	int rc = file_read(path, ATTRIBUTES_MAX, &text);

	if (rc == -1 || (rc == 1 && (strstr(buf_text(&text), "filter") ||
					strstr(buf_text(&text), "encoding"))))
		power = POWER_ALL;
	else if (rc == 1)
		power = POWER_TEXT;
	buf_clear(&text);

	return power;
}

static enum power
power_above(const char *worktree, const char *file)
{
	enum power power = POWER_NONE, one;
	const char *slash = file;
	char *path;

	do {
		path = xasprintf("%s/%.*s.gitattributes", worktree,
		    (int)(slash - file), file);
		one = power_of(path);
		power = one > power ? one : power;
		free(path);
		slash = strchr(slash, '/');
	} while (slash++ != NULL);

	return power;
}

/* Has it what an end of line, or an ident, is made of? */
static bool
has_text_to_convert(const char *worktree, const char *file)
{
	char *path = xasprintf("%s/%s", worktree, file);
	struct buf text = { 0 };
	bool has;

	has = file_read_binary(path, ATTRIBUTES_MAX, &text) != 1 ||
	      memchr(buf_text(&text), '\r', text.len) != NULL ||
	      memmem(buf_text(&text), text.len, "$Id", 3) != NULL;
	buf_clear(&text);
	free(path);

	return has;
}

/*
 * A file with the blob's bytes is as the blob where git commits it as it is.
 * Files are often as young as the index, and so read each time: no process for
 * those that nothing can convert.
 */
static bool
may_convert(const struct inspection *in, const struct list *paths)
{
	const char *worktree = in->place.worktree;
	struct content_source source = worktree_source(in, NULL);
	enum power power;
	size_t i;

	if (paths->count > 0 && !content_plain(&source))
		return true;
	for (i = 0; i < paths->count; i++) {
		power = power_above(worktree, paths->items[i]);
		if (power == POWER_ALL ||
		    (power == POWER_TEXT &&
			has_text_to_convert(worktree, paths->items[i])))
			return true;
	}

	return false;
}

/* Left out, and indeed not there: no edit. */
static bool
left_out(const struct inspection *in, const char *mark, const char *file)
{
	char *path;
	bool absent;

	if (mark != skipped)
		return false;
	path = xasprintf("%s/%s", in->place.worktree, file);
	absent = access(path, F_OK) == -1 && errno == ENOENT;
	free(path);

	return absent;
}

static void
take_edited(struct inspection *in, const struct list *paths,
    const struct map *marks)
{
	const char *path, *mark;
	size_t i;

	for (i = 0; i < paths->count; i++) {
		path = paths->items[i];
		mark = map_get(marks, path);
		if (left_out(in, mark, path))
			continue;
		in->unstaged_count++;
		list_add(&in->dirty, path);
		if (mark != NULL)
			list_add(mark == assumed ? &in->assumed : &in->skipped,
			    path);
	}
}

/* Only where libgit2 cannot tell: no process where all is as it was. */
static void
ask_git(struct inspection *in, const struct found *found)
{
	struct content_source source = worktree_source(in, NULL);
	struct list paths = { 0 };
	struct err err;

	in->unstaged_count = 0;
	if (found->changed_count == 0 && !may_convert(in, &found->hashed))
		take_edited(in, &found->unmerged, &found->marks);
	else if (edits_list(&in->edits, &source, &paths, &err) == 0)
		take_edited(in, &paths, &found->marks);
	else
		worktree_unasked(in, "dirty", &err);
	list_clear(&paths);
}

static void
note_found(struct inspection *in, const struct found *found)
{
	size_t i;

	ask_git(in, found);
	in->staged_count =
	    (int64_t)(found->staged.count + found->unmerged.count);
	for (i = 0; i < found->staged.count; i++)
		list_add(&in->dirty, found->staged.items[i]);
	list_sort(&in->dirty);
	if (in->unstaged_count > 0)
		inspect_note(in, "dirty", false, NULL);
	if (found->staged.count > 0)
		inspect_note(in, "staged", false, NULL);
	if (found->unmerged.count > 0)
		inspect_note(in, "dirty", in->tree_leads,
		    xasprintf("%s is unmerged", found->unmerged.items[0]));
}

void
worktree_status(struct inspection *in)
{
	struct found found = { 0 };
	git_repository *repo = NULL;
	char *odd = NULL;
	struct err err;

	if (lg_open(&repo, in->place.worktree, &err) == -1)
		inspect_damaged(in, xstrdup(lg_said()));
	else if ((odd = odd_file(repo, in->place.worktree)))
		inspect_note(in, "unsupported-format", true, odd);
	else if (look(in, repo, &found) == 0)
		note_found(in, &found);
	else if (lg_number() == ENOMEM)
		inspect_note(in, "overrun", true, xstrdup(lg_said()));
	else
		inspect_damaged(in, xstrdup(lg_said()));
	found_clear(&found);
	git_repository_free(repo);
}

void
worktree_space(struct inspection *in)
{
	const struct place *place = &in->place;
	struct statvfs info;

	if (statvfs(place->worktree ? place->worktree : place->common_dir,
		&info) == -1)
		return;
	if (info.f_flag & ST_RDONLY)
		inspect_note(in, "read-only-fs", true, NULL);
	in->free_bytes = (int64_t)info.f_bavail * (int64_t)info.f_frsize;
	/* btrfs and others count no inodes and run out of none */
	in->free_inode_count =
	    info.f_files > 0 ? (int64_t)info.f_favail : JSON_INT_MAX;
}
