/*
 * listing - the URLs that this probe asks, each of them once
 *
 * However many repositories share a URL, it is listed once and cycle. Paths
 * are listed where they are wanted, by the worker that needs them, and only
 * noted here with their class.
 */
#ifndef PROBE_LISTING_H
#define PROBE_LISTING_H

#include "base/err.h"
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
	char *shown;    /* owned; the URL as documents show it */
	struct url url; /* empty for a path that was listed elsewhere */
	char **wanted;  /* owned; the refs asked for */
	size_t wanted_count, wanted_cap;
	struct endpoint endpoint; /* class NULL: not listed yet */
	bool due;                 /* wanted more than was asked for */
};

struct listings {
	struct listing **items; /* owned */
	size_t count, cap;
	struct map by_url; /* shown -> listing */
	struct breaker breaker;
	struct progress progress;
};

/* What the URL listed, if `ref` was asked for; else NULL. Borrowed. */
const struct endpoint *listing_find(const struct listings *listings,
    const char *shown, const char *ref);

/* Want `ref` of the URL, which url_parse() has passed. Returns its host, NULL
 * for a path; borrowed. */
const char *listing_want(struct listings *listings, const char *shown,
    const char *ref);

/* A path was listed with this outcome. */
void listing_note(struct listings *listings, const char *shown,
    const char *class);

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
