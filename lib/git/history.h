/*
 * history - which commits two sides have, each and together
 *
 * A walk over commit objects as commit.h reads them, for what libgit2's own
 * walks refuse. Commits of the left and of the right are added, and walked
 * down from the newest until it is settled who has which.
 *
 *   H1  a commit is read once
 *   H2  dates say which way to look first, and where to stop: what both
 *       sides have is not followed to where it is older than all that one
 *       side has alone. Where a date that was met is odd (none, or before
 *       that of a parent) HISTORY_SLOP more are looked at: git has a slop, too
 *   H3  a commit without a date stands where its child does
 *   H4  all that is known of parents comes through one function, so that a
 *       boundary (a shallow clone's) has one place to stand
 *
 * Codes are libgit2's: 0, or below with git_error_last() set; `failed` is the
 * commit that could not be read.
 */
#ifndef GIT_HISTORY_H
#define GIT_HISTORY_H

#include "base/map.h"
#include "git/commit.h"
#include <stdbool.h>

#define HISTORY_SLOP 1000

enum history_side {
	HISTORY_LEFT = 1,
	HISTORY_RIGHT = 2,
	HISTORY_BOTH = HISTORY_LEFT | HISTORY_RIGHT
};

struct history_node {
	git_oid oid;
	char hex[OID_SIZE];
	struct commit commit; /* owned */
	int64_t date;         /* H3 */
	unsigned sides;       /* enum history_side */
	bool queued;
	bool told;
};

struct history {
	git_odb *odb;                /* borrowed */
	struct map by_hex;           /* to its node */
	struct history_node **nodes; /* owned */
	size_t count, cap;
	struct history_node **heap; /* owned; borrows: the newest first */
	size_t heap_count, heap_cap;
	unsigned settle;   /* what history_walk() was asked for */
	size_t open_count; /* in the heap, of one side alone, to be settled */
	bool odd;          /* H2 */
	git_oid failed;
};

/* Empty it for a walk in `odb`, which outlives it. */
void history_init(struct history *history, git_odb *odb);

/* `oid`, and what it descends from, is of this side. */
int history_add(struct history *history, const git_oid *oid,
    enum history_side side);

/*
 * Walk until no commit of the sides in `settle` is open: HISTORY_BOTH to count
 * and to relate; HISTORY_RIGHT to know what is new on the right, where a wrong
 * date may make more of it than there is.
 */
int history_walk(struct history *history, unsigned settle);

/* How many commits are of exactly these sides, of those that were met. */
size_t history_count(const struct history *history, unsigned sides);

/* The commit where it was met, or NULL. Borrowed. */
const struct history_node *history_find(const struct history *history,
    const git_oid *oid);

/*
 * Call `each` with every commit of the right alone, parents before children,
 * until it returns something but 0. Returns that.
 */
int history_new(struct history *history,
    int (*each)(void *ctx, const struct history_node *node), void *ctx);

void history_clear(struct history *history);

/* Does `commit` descend from `old`, or is it that? False where it cannot be
 * read. */
bool history_descends(git_repository *repo, const git_oid *commit,
    const git_oid *old);

#endif
