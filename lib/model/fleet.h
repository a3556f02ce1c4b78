/*
 * fleet - the checkouts that Hermes keeps, as a person lists them
 *
 * hermes-fleet(5). Read, checked, defaults filled in and sorted here;
 * hermes-probe puts it into the document as "fleet".
 *
 *   F1  sorted by repo_key, no two alike; depends_on, after and groups sorted
 *       too, no two alike, and none names its own repository
 *   F2  depends_on and after name repositories of this fleet
 *   F3  what fleet_write() writes, fleet_read() reads back to the same bytes
 *   F4  a URL has passed url_parse() and stands in its one spelling
 */
#ifndef MODEL_FLEET_H
#define MODEL_FLEET_H

#include "base/buf.h"
#include "base/err.h"
#include "base/list.h"
#include "base/map.h"
#include "json/value.h"
#include "model/policy.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLEET_KEY_MAX 200 /* bytes of a repo_key */

struct fleet_remote {
	char *remote; /* owned; a remote's name in the checkout, or NULL */
	char *url;    /* owned; or NULL: exactly one of the two is there */
	char *role;   /* owned; primary origin mirror cache fallback */
};

struct fleet_check {
	struct list argv; /* never empty */
	char *at;         /* owned; canary or health */
	char *need;       /* owned; required or wanted */
	int64_t timeout_s;
};

struct fleet_repo {
	char *repo_key; /* owned */
	char *path;     /* owned; absolute */
	char *branch;   /* owned; short name; NULL: what is checked out */
	struct list depends_on, after, groups;
	struct fleet_remote *remotes; /* owned; in written order */
	size_t remote_count; /* 0: the branch's upstream is the primary */
	struct fleet_check *checks; /* owned; in written order */
	size_t check_count;
	char *policy; /* owned; JSON text of an object: what it overrides */
	struct policy_windows windows; /* those among it */
	bool trust_config;
};

struct fleet {
	struct fleet_repo *repos; /* owned */
	size_t count;
	struct map by_key; /* repo_key -> struct fleet_repo */
};

/*
 * Read and check `root`, of schema hermes.fleet/1. `home` stands for "~"
 * (NULL: a path with "~/" is an error); `policy` is what repositories
 * override. `place` names the file in errors: EX_CONFIG.
 */
int fleet_read(struct fleet *fleet, const struct json *root,
    const struct policy *policy, const char *home, const char *place,
    struct err *err);

/* The document's "fleet". */
void fleet_write(const struct fleet *fleet, struct buf *out);

const struct fleet_repo *fleet_find(const struct fleet *fleet,
    const char *repo_key);
void fleet_clear(struct fleet *fleet);

/* [A-Za-z0-9._-]+ parts joined by "/", none of them "." or "..". */
bool fleet_key_valid(const char *repo_key);

/* A name that git would take for a branch or a remote, and no option. */
bool fleet_ref_valid(const char *name);

#endif
