/*
 * endpoint - what one URL lists
 *
 * A path is read as files, the network by libgit2's smart protocol over our
 * transports. A listing succeeds only if it lists something (B4); whether a
 * branch is in it is asked afterwards.
 *
 *   B6  only what url_parse() accepted gets here, and of configuration only
 *       what access.h was given
 */
#ifndef GIT_ENDPOINT_H
#define GIT_ENDPOINT_H

#include "base/err.h"
#include "base/list.h"
#include "git/access.h"
#include "git/lib.h"
#include "model/url.h"
#include <stddef.h>

struct endpoint_ref {
	char *name; /* owned; "refs/heads/main" */
	char oid[OID_SIZE];
};

#define ENDPOINT_TAGS_MAX 1024 /* kept of one listing */

/* A tag; peeled is its oid where that is no tag's object. */
struct endpoint_tag {
	char *name; /* owned; "refs/tags/v1", a name that git would take */
	char oid[OID_SIZE], peeled[OID_SIZE];
};

struct endpoint {
	const char *class; /* static; "ok" or a remote reason */
	char *detail;      /* owned, no words of the remote's; or NULL */
	char *head; /* owned; the branch that HEAD names, short; or NULL */
	struct endpoint_ref *refs; /* owned; those wanted that are there */
	size_t ref_count, ref_cap;
	struct endpoint_tag *tags; /* owned; what is asked of the network */
	size_t tag_count, tag_cap;
};

/* Register the transports; once, after git_start() and before any fork. */
int endpoint_start(struct err *err);

/*
 * List `url` and keep what it says of the `count` refs wanted. Never fails:
 * a failure is a class. `access` may be NULL for a path. Of the network the
 * annotated tags are kept that stand, peeled, where one of the refs does; with
 * `have`, names sorted, also each tag that is none of them.
 */
void endpoint_list(struct endpoint *endpoint, const struct url *url,
    const struct access *access, const char *const *wanted, size_t count,
    const struct list *have);

/* The id of `ref`, or NULL. Borrowed. */
const char *endpoint_tip(const struct endpoint *endpoint, const char *ref);

/* The class of what just failed in libgit2, from trouble.h or from what was
 * said, and its detail (owned, may be NULL): no words of a remote's (P9). */
const char *endpoint_trouble(char **detail);

/* Add a ref, as a listing that was kept elsewhere comes back. */
void endpoint_add(struct endpoint *endpoint, const char *name, const char *oid);

/* Likewise a tag, up to ENDPOINT_TAGS_MAX; `name` may be anything. */
void endpoint_add_tag(struct endpoint *endpoint, const char *name,
    const char *oid, const char *peeled);

void endpoint_clear(struct endpoint *endpoint);

#endif
