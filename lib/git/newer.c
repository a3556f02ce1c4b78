#include "git/newer.h"
#include "base/alloc.h"
#include <stdlib.h>

static bool
seen(struct newer *newer, const git_oid *oid)
{
	char hex[OID_SIZE];
	char *key;

	lg_hex(hex, oid);
	if (map_get(&newer->seen, hex))
		return true;
	newer->keys = xgrow(newer->keys, newer->key_count, &newer->key_cap,
	    sizeof(*newer->keys));
	key = newer->keys[newer->key_count++] = xstrdup(hex);
	map_put(&newer->seen, key, key);

	return false;
}

static int
failed(struct newer *newer, const char *kind, const git_oid *oid, int rc)
{
	newer->kind = kind;
	newer->failed = *oid;

	return rc;
}

static int
tell(struct newer *newer, const git_oid *oid, git_object_t type,
    const char *name)
{
	int rc = newer->each(newer, oid, type, name);

	return rc == 0 ? 0
		       : failed(newer, git_object_type2string(type), oid, rc);
}

static int walk_tree(struct newer *newer, const git_oid *oid, const char *name,
    const git_tree *base);

static int
walk_below(struct newer *newer, const git_tree_entry *entry,
    const git_tree_entry *old)
{
	git_tree *base = NULL;
	int rc;

	if (old && git_tree_entry_type(old) == GIT_OBJECT_TREE &&
	    git_tree_lookup(&base, newer->repo, git_tree_entry_id(old)) < 0)
		base = NULL;
	rc = walk_tree(newer, git_tree_entry_id(entry),
	    git_tree_entry_name(entry), base);
	git_tree_free(base);

	return rc;
}

static int
walk_entry(struct newer *newer, const git_tree_entry *entry,
    const git_tree *base)
{
	const char *name = git_tree_entry_name(entry);
	const git_oid *oid = git_tree_entry_id(entry);
	const git_tree_entry *old;

	old = base ? git_tree_entry_byname(base, name) : NULL;
	if (old && git_oid_equal(git_tree_entry_id(old), oid))
		return 0;
	switch (git_tree_entry_type(entry)) {
	case GIT_OBJECT_TREE:
		return walk_below(newer, entry, old);
	case GIT_OBJECT_BLOB:
		return seen(newer, oid)
			   ? 0
			   : tell(newer, oid, GIT_OBJECT_BLOB, name);
	default:
		return 0;
	}
}

/* A tree that was seen was seen whole. */
static int
walk_tree(struct newer *newer, const git_oid *oid, const char *name,
    const git_tree *base)
{
	git_tree *tree = NULL;
	size_t i, count;
	int rc;

	if (seen(newer, oid))
		return 0;
	rc = git_tree_lookup(&tree, newer->repo, oid);
	if (rc < 0)
		return failed(newer, "tree", oid, rc);
	rc = tell(newer, oid, GIT_OBJECT_TREE, name);
	count = git_tree_entrycount(tree);
	for (i = 0; rc == 0 && i < count; i++)
		rc = walk_entry(newer, git_tree_entry_byindex(tree, i), base);
	git_tree_free(tree);

	return rc;
}

struct walk {
	struct newer *newer;
	const struct history *history;
};

/* What is left out is what the first parent has. */
static int
walk_commit(void *ctx, const struct history_node *node)
{
	const struct walk *walk = ctx;
	const struct commit *commit = &node->commit;
	const struct history_node *parent = NULL;
	git_tree *base = NULL;
	int rc;

	rc = tell(walk->newer, &node->oid, GIT_OBJECT_COMMIT, "");
	if (rc != 0)
		return rc;
	if (commit->parent_count > 0)
		parent = history_find(walk->history, &commit->parents[0]);
	if (parent &&
	    git_tree_lookup(&base, walk->newer->repo, &parent->commit.tree) < 0)
		base = NULL;
	rc = walk_tree(walk->newer, &commit->tree, "", base);
	git_tree_free(base);

	return rc;
}

int
newer_walk(struct newer *newer, struct history *history)
{
	struct walk walk = { newer, history };

	return history_new(history, walk_commit, &walk);
}

void
newer_clear(struct newer *newer)
{
	size_t i;

	for (i = 0; i < newer->key_count; i++)
		free(newer->keys[i]);
	free(newer->keys);
	map_clear(&newer->seen);
}
