#include "git/worktree.h"
#include "base/alloc.h"
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

#define ATTRIBUTES_MAX ((size_t)16 << 20)
#define UNSTAGED                                                               \
	(GIT_STATUS_WT_MODIFIED | GIT_STATUS_WT_DELETED |                      \
	    GIT_STATUS_WT_TYPECHANGE | GIT_STATUS_WT_RENAMED |                 \
	    GIT_STATUS_WT_UNREADABLE | GIT_STATUS_CONFLICTED)
#define STAGED                                                                 \
	(GIT_STATUS_INDEX_NEW | GIT_STATUS_INDEX_MODIFIED |                    \
	    GIT_STATUS_INDEX_DELETED | GIT_STATUS_INDEX_RENAMED |              \
	    GIT_STATUS_INDEX_TYPECHANGE)

bool
worktree_sets_filter(const char *text)
{
	const char *at;

	for (at = text; (at = strstr(at, "filter")); at += 6) {
		if (at == text || (at[-1] != ' ' && at[-1] != '\t'))
			continue;
		if (at[6] == '=' && at[7] != '\0' && at[7] != '\n')
			return true;
	}

	return false;
}

static bool
filters(const char *folder, const char *name)
{
	char *path = xasprintf("%s/%s", folder, name);
	struct buf text = { 0 };
	bool sets;

	sets = file_read(path, ATTRIBUTES_MAX, &text) == 1 &&
	       worktree_sets_filter(text.data);
	buf_clear(&text);
	free(path);

	return sets;
}

void
worktree_filters(struct inspection *in)
{
	const struct place *place = &in->place;
	size_t i;

	if (filters(place->common_dir, "info/attributes"))
		inspect_note(in, "needs-filter", in->tree_leads,
		    xstrdup("info/attributes"));
	for (i = 0; i < place->index.attribute_count; i++)
		if (filters(place->worktree, place->index.attributes[i])) {
			inspect_note(in, "needs-filter", in->tree_leads,
			    xstrdup(place->index.attributes[i]));
			return;
		}
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

/*
 * Entries that git was told to assume unchanged are looked at like all others:
 * in the index in memory alone, and their paths are kept.
 */
static int
unhide(git_repository *repo, struct map *hidden)
{
	git_index *index = NULL;
	git_index_entry entry;
	size_t i;
	int rc;

	rc = git_repository_index(&index, repo);
	for (i = 0; rc == 0 && i < git_index_entrycount(index); i++) {
		entry = *git_index_get_byindex(index, i);
		if (!(entry.flags & GIT_INDEX_ENTRY_VALID))
			continue;
		entry.flags &= (uint16_t)~GIT_INDEX_ENTRY_VALID;
		rc = git_index_add(index, &entry);
		entry = *git_index_get_byindex(index, i);
		map_put(hidden, entry.path, index);
	}
	git_index_free(index);

	return rc;
}

static void
keep_path(struct inspection *in, const git_status_entry *entry,
    const struct map *hidden)
{
	const git_diff_delta *delta = entry->head_to_index
					  ? entry->head_to_index
					  : entry->index_to_workdir;

	if (delta && !in->hidden && map_get(hidden, delta->new_file.path))
		in->hidden = xstrdup(delta->new_file.path);
	if (in->dirty_path_count < INSPECT_PATH_MAX && delta)
		in->dirty_paths[in->dirty_path_count++] =
		    xstrdup(delta->new_file.path);
}

static void
count(struct inspection *in, git_status_list *list, const struct map *hidden)
{
	const git_status_entry *entry;
	size_t i, total = git_status_list_entrycount(list);

	in->staged_count = in->unstaged_count = in->untracked_count = 0;
	for (i = 0; i < total; i++) {
		entry = git_status_byindex(list, i);
		in->staged_count += (entry->status & STAGED) != 0;
		in->unstaged_count += (entry->status & UNSTAGED) != 0;
		in->untracked_count += (entry->status & GIT_STATUS_WT_NEW) != 0;
		if (entry->status & (STAGED | UNSTAGED))
			keep_path(in, entry, hidden);
	}
}

static int
look(struct inspection *in, git_repository *repo)
{
	git_status_options options;
	git_status_list *list = NULL;
	struct map hidden = { 0 };
	git_tree *tree = NULL;
	int rc = 0;

	if (read_head_tree(in, repo, &tree) < 0)
		return -1;
	if (in->place.index.assumed_count > 0)
		rc = unhide(repo, &hidden);
	git_status_options_init(&options, GIT_STATUS_OPTIONS_VERSION);
	options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED |
			GIT_STATUS_OPT_EXCLUDE_SUBMODULES |
			GIT_STATUS_OPT_NO_REFRESH;
	options.baseline = tree; /* or libgit2 reads the commit itself */
	options.show = is_cached(in, tree) ? GIT_STATUS_SHOW_WORKDIR_ONLY
					   : GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
	if (rc == 0)
		rc = git_status_list_new(&list, repo, &options);
	if (rc == 0)
		count(in, list, &hidden);
	git_status_list_free(list);
	git_tree_free(tree);
	map_clear(&hidden);

	return rc;
}

void
worktree_status(struct inspection *in)
{
	git_repository *repo = NULL;
	char *odd = NULL;
	struct err err;

	if (lg_open(&repo, in->place.worktree, &err) == -1)
		inspect_damaged(in, xstrdup(lg_said()));
	else if ((odd = odd_file(repo, in->place.worktree)))
		inspect_note(in, "unsupported-format", true, odd);
	else if (look(in, repo) < 0 && lg_number() == ENOMEM)
		inspect_note(in, "overrun", true, xstrdup(lg_said()));
	else if (in->staged_count < 0)
		inspect_damaged(in, xstrdup(lg_said()));
	git_repository_free(repo);
	if (in->unstaged_count > 0)
		inspect_note(in, "dirty", in->tree_leads,
		    in->hidden ? xasprintf("%s, which git assumes unchanged",
				     in->hidden)
			       : NULL);
	if (in->staged_count > 0)
		inspect_note(in, "staged", in->tree_leads, NULL);
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
