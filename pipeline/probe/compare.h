/*
 * compare - how the tracked branch stands to the tip of its endpoint
 *
 * The objects may be in the checkout, in staging, or nowhere yet; then they
 * are fetched into staging if this probe may (B3). What is found becomes
 * facts of the inspection.
 */
#ifndef PROBE_COMPARE_H
#define PROBE_COMPARE_H

#include "git/change.h"
#include "git/endpoint.h"
#include "members.h"
#include "signed.h"

struct comparison {
	bool backed; /* backing is set: another than the primary */
	enum federation_backing backing;
	const char
	    *primary_tip;   /* borrowed; what it is held against, or NULL */
	bool known;         /* the tip's objects are here or in staging */
	bool related_known; /* relation is set */
	bool measured;      /* change is set */
	struct change_relation relation;
	struct change change;
	struct signed_tip signature; /* where the policy wants one */
	struct endpoint tags; /* owned; that come with the tip (follow.h) */
	struct endpoint refs; /* owned; likewise (git/along.h) */
	char *staging;        /* owned; where the tip is staged; or NULL */
};

enum compare_verdict {
	COMPARE_DONE, /* facts are noted */
	COMPARE_AGAIN /* the member is not what it seemed: select again */
};

/* Compare with `member`, one of `members`, whose tip is known. */
enum compare_verdict compare_member(struct comparison *comparison,
    const struct members *members, const struct fleet_repo *repo,
    struct inspection *in, struct member *member);

void comparison_clear(struct comparison *comparison);

#endif
