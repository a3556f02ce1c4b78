#include "base/alloc.h"
#include "base/map.h"
#include "git/change.h"
#include "git/lg.h"
#include <stdlib.h>
#include <string.h>

/* A walk over new commits; trees that were seen whole are not seen again. */
struct walk {
	git_repository *repo;
	git_odb *odb;
	struct map seen; /* hex of a tree -> itself */
	char **keys;     /* owned; what the map borrows */
	size_t key_count, key_cap;
};

static bool
seen(struct walk *walk, const git_oid *oid)
{
	char hex[OID_SIZE];
	char *key;

	lg_hex(hex, oid);
	if (map_get(&walk->seen, hex))
		return true;
	walk->keys = xgrow(walk->keys, walk->key_count, &walk->key_cap,
	    sizeof(*walk->keys));
	key = walk->keys[walk->key_count++] = xstrdup(hex);
	map_put(&walk->seen, key, key);

	return false;
}

static int
missing(const char *what, const git_oid *oid, struct err *err)
{
	char hex[OID_SIZE];

	lg_hex(hex, oid);

	return lg_err(err, EX_DATAERR, "%s %s", what, hex);
}

static int tree_complete(struct walk *walk, const git_oid *oid,
    const git_tree *base, struct err *err);

static int
entry_complete(struct walk *walk, const git_tree_entry *entry,
    const git_tree *base, struct err *err)
{
	const git_oid *oid = git_tree_entry_id(entry);
	const git_tree_entry *old;
	git_tree *below = NULL;
	int rc = 0;

	old = base ? git_tree_entry_byname(base, git_tree_entry_name(entry))
		   : NULL;
	if (old && git_oid_equal(git_tree_entry_id(old), oid))
		return 0;
	switch (git_tree_entry_type(entry)) {
	case GIT_OBJECT_TREE:
		if (old && git_tree_entry_type(old) == GIT_OBJECT_TREE &&
		    git_tree_lookup(&below, walk->repo,
			git_tree_entry_id(old)) < 0)
			below = NULL;
		rc = tree_complete(walk, oid, below, err);
		git_tree_free(below);
		break;
	case GIT_OBJECT_BLOB:
		if (!git_odb_exists(walk->odb, oid))
			rc = missing("no blob", oid, err);
		break;
	default:
		break; /* a submodule's commit is not ours to hold */
	}

	return rc;
}

static int
tree_complete(struct walk *walk, const git_oid *oid, const git_tree *base,
    struct err *err)
{
	git_tree *tree = NULL;
	size_t i, count;
	int rc = 0;

	if (seen(walk, oid))
		return 0;
	if (git_tree_lookup(&tree, walk->repo, oid) < 0)
		return missing("tree", oid, err);
	count = git_tree_entrycount(tree);
	for (i = 0; rc == 0 && i < count; i++)
		rc = entry_complete(walk, git_tree_entry_byindex(tree, i), base,
		    err);
	git_tree_free(tree);

	return rc;
}

/* Parents come first, so the first parent's tree is known to be whole. */
static int
commit_complete(struct walk *walk, const git_oid *oid, struct err *err)
{
	git_commit *commit = NULL, *parent = NULL;
	git_tree *base = NULL;
	int rc;

	if (git_commit_lookup(&commit, walk->repo, oid) < 0)
		return missing("commit", oid, err);
	if (git_commit_parentcount(commit) > 0 &&
	    git_commit_parent(&parent, commit, 0) == 0 &&
	    git_commit_tree(&base, parent) < 0)
		base = NULL;
	rc = tree_complete(walk, git_commit_tree_id(commit), base, err);
	git_tree_free(base);
	git_commit_free(parent);
	git_commit_free(commit);

	return rc;
}

static int
commits_complete(struct walk *walk, const char *before, const char *tip,
    struct err *err)
{
	git_revwalk *revs = NULL;
	git_oid oid, from, to;
	int rc = 0, next = 0;

	if (lg_oid(&to, tip, err) == -1 ||
	    (before && lg_oid(&from, before, err) == -1))
		return -1;
	if (git_revwalk_new(&revs, walk->repo) < 0 ||
	    git_revwalk_sorting(revs, GIT_SORT_TOPOLOGICAL | GIT_SORT_REVERSE) <
		0 ||
	    git_revwalk_push(revs, &to) < 0 ||
	    (before && git_revwalk_hide(revs, &from) < 0))
		rc = lg_err(err, EX_DATAERR, "%s", tip);
	while (rc == 0 && (next = git_revwalk_next(&oid, revs)) == 0)
		rc = commit_complete(walk, &oid, err);
	if (rc == 0 && next != GIT_ITEROVER)
		rc = lg_err(err, EX_DATAERR, "%s", tip);
	git_revwalk_free(revs);

	return rc;
}

int
change_complete(const char *repo, const char *before, const char *tip,
    struct err *err)
{
	struct walk walk = { 0 };
	size_t i;
	int rc;

	if (lg_open(&walk.repo, repo, err) == -1)
		return -1;
	if (git_repository_odb(&walk.odb, walk.repo) < 0)
		rc = lg_err(err, EX_DATAERR, "%s", repo);
	else
		rc = commits_complete(&walk, before, tip, err);
	for (i = 0; i < walk.key_count; i++)
		free(walk.keys[i]);
	free(walk.keys);
	map_clear(&walk.seen);
	git_odb_free(walk.odb);
	git_repository_free(walk.repo);

	return rc;
}
