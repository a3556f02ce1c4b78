/*
 * indexfile - what an index says, read as bytes
 *
 * Before libgit2 opens it: which extensions it needs, what it tracks that
 * matters to Hermes, and the tree that its cache-tree stands for. One pass,
 * nothing kept but the facts. Versions 2 to 4.
 */
#ifndef GIT_INDEXFILE_H
#define GIT_INDEXFILE_H

#include "base/err.h"
#include "git/lib.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct indexfile {
	int64_t entry_count;
	int64_t submodule_count;
	int64_t unmerged_count;
	int64_t assumed_count; /* "assume unchanged" */
	bool skip_worktree;    /* some entry is not in the worktree */
	bool split;            /* needs a sharedindex ("link") */
	bool sparse;           /* holds folders as entries ("sdir") */
	bool unknown;          /* needs some other extension */
	char tree[OID_SIZE];   /* what it would commit; empty: not known */
	char **attributes;     /* owned: tracked .gitattributes, by path */
	size_t attribute_count, attribute_cap;
};

/* 1 read, 0 there is none, -1 it is damaged or unreadable. */
int indexfile_read(struct indexfile *index, const char *path);

/*
 * Copy the one at `from` for git to look into: with its mtime, by which racy
 * entries are told, and with no entry marked assume-unchanged or skip-worktree.
 * The checksum at its end may be wrong: git asks for it in fsck alone. Where
 * there is none, none is made.
 */
int indexfile_copy(const char *from, const char *to, struct err *err);
void indexfile_clear(struct indexfile *index);

#endif
