/*
 * listing - the URLs that this probe asks, each of them once
 *
 * However many repositories share a URL, and reach it in the same way
 * (access.h), it is listed once and cycle. Paths
 * are listed where they are wanted, by the worker that needs them, and only
 * noted here with their class.
 */
#ifndef PROBE_LISTING_H
#define PROBE_LISTING_H

#include "base/err.h"
#include "base/list.h"
#include "base/map.h"
#include "breaker.h"
#include "git/endpoint.h"
#include "json/jw.h"
#include "model/policy.h"
#include "stage/progress.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct listing {
	char *key;   /* owned; listing_key(); never shown */
	char *shown; /* owned; the URL as documents show it */
	struct access access;
	struct url url; /* empty for a path that was listed elsewhere */
	char **wanted;  /* owned; the refs asked for */
	size_t wanted_count, wanted_cap;
	struct list followed;     /* common dirs that its tags are new to */
	struct endpoint endpoint; /* class NULL: not listed yet */
	const char *fetch_class;  /* static; of a fetch that failed; or NULL */
	bool due;                 /* wanted more than was asked for */
};

struct listings {
	struct listing **items; /* owned */
	size_t count, cap;
	struct map by_key; /* key -> listing */
	struct breaker breaker;
	struct progress progress;
};

/* What tells one listing from another: a URL that url_parse() has passed, as
 * it is shown, and access_text(). One line; the caller's. */
char *listing_key(const char *shown, const char *access);

/* What the URL listed, if `ref` was asked for; else NULL. Borrowed. */
const struct endpoint *listing_find(const struct listings *listings,
    const char *key, const char *ref);

/* Want `ref` of the URL. Returns its host, NULL for a path; borrowed. */
const char *listing_want(struct listings *listings, const char *key,
    const char *ref);

/* The checkout at `common_dir` takes the URL's tags that it has not: they are
 * told, those that every such checkout has are not. */
void listing_follow(struct listings *listings, const char *key,
    const char *common_dir);

/* A path was listed with this outcome. */
void listing_note(struct listings *listings, const char *key,
    const char *class);

/* A fetch from there ended with this class. Returns its host, NULL for a
 * path; borrowed. */
const char *listing_fetched(struct listings *listings, const char *key,
    const char *class);

/* How it has been: the fetch that failed decides over the listing. Static;
 * NULL: not asked. */
const char *listing_class(const struct listing *listing);

/*
 * List what is wanted and not listed yet, each under the policy's deadline,
 * no more of one host at once than its budget, and none that breaker.h
 * forbids. Returns 1, or 0 where nothing
 * was due.
 */
int listing_run(struct listings *listings, const struct policy *policy,
    struct err *err);

/* {host, asked_count, failed_count, class}, sorted by host. */
void listing_write_hosts(const struct listings *listings, struct jw *jw);

/*
 * Did every host that is not this one fail before a connection? False where
 * none was asked (B4).
 */
bool listing_offline(const struct listings *listings, int64_t *host_count);

void listings_clear(struct listings *listings);

#endif
