/*
 * refs - where names stand, and moving them by compare-and-swap
 *
 * Names are whole: "refs/heads/main".
 */
#ifndef GIT_REFS_H
#define GIT_REFS_H

#include "git/ref_update.h"
#include "git/refspec.h"
#include "git/target.h"
#include <stdbool.h>

/* Where they are. Borrowed. */
const struct ref_store *refs_store(const struct target *target);

/* Can their names be read, so that they may be moved and moved back? -1. */
int refs_check(const struct target *target, struct err *err);

/* The branch that HEAD names ("refs/heads/main"), the caller's to free; NULL
 * where HEAD is detached. */
int refs_head(struct target *target, char **branch, struct err *err);

/* The commit of `name`. 1; 0 where there is no such ref; -1. */
int refs_oid(struct target *target, const char *name, char oid[OID_SIZE],
    struct err *err);

/* As ref_update(): move `name` from `from` (NULL: it must not exist) to `to`
 * (NULL: remove it), with `message` in its reflog. */
int refs_move(struct target *target, const char *name, const char *from,
    const char *to, const char *message, enum refs_moved *moved,
    struct err *err);

/* Is `old` an ancestor of `commit`, or the same? False where unknown. */
bool refs_descends(struct target *target, const char *commit, const char *old);

/* Does any worktree have `name` checked out? */
bool refs_checked_out(struct target *target, const char *name);

/* Where `git fetch REMOTE` would put the remote's `ref` by
 * remote.REMOTE.fetch. */
void refs_tracking(struct target *target, const char *remote, const char *ref,
    struct refspec_dsts *out);

/* Which of the objects are in the repository's own store, staging apart? */
int refs_landed(struct target *target, const char *const *oids, size_t count,
    bool *landed, struct err *err);

#endif
