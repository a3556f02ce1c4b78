/*
 * along - the other refs that `git fetch REMOTE` moves with the one asked for
 *
 * By the remote's own lines (refspec.h): every listed ref that one of them maps
 * and that stands elsewhere here. Tags have rules of their own (tags.h). They
 * are found while an upgrade is fetched, from the listing that comes with the
 * fetch, so a quiet repository is asked nothing more; and are written down in
 * the staging repository, which has their objects.
 *
 *   A1  only what is connected (`git rev-list --objects`) is written down
 *   A2  at most ALONG_MAX; a name that no document can tell is left out
 */
#ifndef GIT_ALONG_H
#define GIT_ALONG_H

#include "git/endpoint.h"
#include "git/ref.h"

#define ALONG_MAX 1000

struct along {
	const struct list *lines; /* borrowed; remote.NAME.fetch; NULL: none */
	struct ref_dirs dirs;     /* of the checkout */
	const char *upstream;     /* borrowed; the ref that is asked for */
	struct endpoint found;    /* owned; its refs, by the remote's names */
};

/* A ref of the listing: does it come along? Symbolic ones do not. */
void along_see(struct along *along, const char *name, const char *oid);

/* A1: what was found, into the staging repository at `path`. -1 and errno. */
int along_write(struct along *along, const char *path);

/* What was written there, sorted by name; nothing is fine. */
void along_read(struct endpoint *refs, const char *path);

void along_clear(struct along *along);

#endif
