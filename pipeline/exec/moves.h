/*
 * moves - the refs that an apply moves beside the branch
 *
 * As `git pull` does: what the remote's lines map the upstream to, the tags
 * that the fetch followed, ORIG_HEAD. All of them are written down (`refs` in
 * the apply's folder) before the first one moves. Once the apply is committed
 * that stays, as GIT DIR/hermes/refs-TOKEN, for the way back (X6): as long as
 * refs/hermes/rollback/TOKEN does.
 *
 *   W1  what stands elsewhere than it was left is somebody's, and stays
 *   W2  a tag whose name is taken here is never moved
 *   W3  what is no ref of git's own making (a symbolic one, a link in its
 *       place, a name that another takes) is left out
 */
#ifndef EXEC_MOVES_H
#define EXEC_MOVES_H

#include "git/ref_store.h"
#include "json/value.h"
#include <stddef.h>

struct apply;

struct move {
	char *name;                        /* owned; whole */
	char from[OID_SIZE], to[OID_SIZE]; /* NULL_OID: there is none */
};

/* All zero is empty. */
struct moves {
	struct move *list; /* owned */
	size_t count, cap;
	size_t done; /* so many of them may have been moved */
};

/* What is to be moved, into apply->moves and the apply's folder, synced. */
int moves_plan(struct apply *apply);

/* What moves_plan() of a dead apply wrote; nothing is fine. */
int moves_read(struct apply *apply);

/* Move them, in their order. */
int moves_do(struct apply *apply);

/* Those that may have been moved, back, the last one first: W1. */
int moves_undo(struct apply *apply);

/* The apply is committed: keep its record, or end those that led here where
 * it was the way back. -1 and errno. */
int moves_keep(const struct apply *apply);

/* One more, at the end. */
void moves_add(struct moves *moves, const char *name, const char *from,
    const char *to);
void moves_clear(struct moves *moves);

#endif
