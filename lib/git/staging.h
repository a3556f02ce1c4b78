/*
 * staging - our own repository beside a checkout (B3), as scratch.h makes one
 *
 * Nothing enters a checkout before the gate. What it lacks is fetched into
 * FOLDER/KEY ("/" of the key as "%"), whose alternates name the checkout's
 * objects and whose refs/have/ are its tips.
 *
 *   S1  refs/staged/tip stands only for a commit whose every commit, tree
 *       and blob is here or in the checkout
 *   S2  the checkout is untouched to the byte and the mtime, and so is the
 *       repository fetched from
 */
#ifndef GIT_STAGING_H
#define GIT_STAGING_H

#include "git/along.h"
#include "git/endpoint.h"
#include "git/place.h"

/* Where the staging of `repo_key` is. The caller's. */
char *staging_path(const char *folder, const char *repo_key);

/* Is `tip` staged there for this checkout (S1)? */
bool staging_holds(const char *path, const struct place *checkout,
    const char *tip);

struct staging_job {
	const char *path;             /* borrowed; staging_path() */
	const struct place *checkout; /* borrowed */
	const char *before;          /* borrowed; NULL: the checkout has none */
	const struct url *url;       /* borrowed */
	const struct access *access; /* borrowed; NULL for a path */
	const char *ref;             /* borrowed; what to fetch */
	const struct endpoint_tag *tags; /* borrowed; to be fetched, too */
	size_t tag_count;
	const struct endpoint_tag *more; /* borrowed; where what they name
					    comes along */
	size_t more_count;
	struct along *along; /* borrowed; other refs that are wanted, found */
	char tip[OID_SIZE];  /* what was listed; on return what was fetched */
};

/*
 * Fetch. NULL where `tip` is staged now, else the class of what went wrong
 * with its detail in *detail (the caller's, may be NULL): a remote reason,
 * "incomplete" where objects are missing, "no-space".
 */
const char *staging_fetch(struct staging_job *job, char **detail);

/* Remove what a fetch that was cut short left: no tip stands for it (S1). */
void staging_drop_half(const char *path);

/* Remove it and all in it; nothing there is fine. */
void staging_remove(const char *path);

#endif
