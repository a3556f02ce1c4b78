/*
 * ref_update - one ref moved by compare-and-swap, as git's files backend does
 *
 * Under NAME.lock the old value is compared, the reflog gets its line, and the
 * new value, written and synced, takes its place by rename. Born in place: with
 * the group and default ACL of its folder, the umask, core.sharedRepository.
 *
 *   D1  a lock that is there is never waited for nor taken
 *   D2  killed anywhere, the ref is at one of the two values; what may be left
 *       is NAME.lock (its bytes are the beginning of the new value) and what
 *       ref_tidy() knows
 *   D3  HEAD's reflog gets the line, too, where HEAD names the ref
 */
#ifndef GIT_REF_UPDATE_H
#define GIT_REF_UPDATE_H

#include "git/ref_store.h"

enum refs_moved {
	REFS_MOVED,
	REFS_CHANGED,  /* it stands elsewhere than `from`; nothing moved */
	REFS_LOCKED,   /* another program holds its lock; nothing moved */
	REFS_CONFLICT, /* a ref is a folder of the name, or the other way
			  round; nothing moved */
};

struct ref_change {
	const char *name; /* all borrowed */
	const char *from; /* NULL: it must not exist */
	const char *to;   /* NULL: it goes, its reflog with it */
	const char *message;
};

/* -1: it may have moved all the same, and only what comes behind failed. */
int ref_update(const struct ref_store *store, const struct ref_change *change,
    enum refs_moved *moved, struct err *err);

/*
 * Take the refs named out of packed-refs. One at a time of a store: what a
 * death leaves has one name. REFS_MOVED, or REFS_LOCKED.
 */
int ref_drop_packed(const struct ref_store *store, const char *const *names,
    size_t count, enum refs_moved *moved, struct err *err);

/* Remove what a ref_drop_packed() that died left. -1 and errno. */
int ref_tidy(const struct ref_store *store);

#endif
