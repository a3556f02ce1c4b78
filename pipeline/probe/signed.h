/*
 * signed - is the tip of an endpoint signed as the policy wants it (B5)
 *
 *   I1  of commits the tip alone is verified: its id covers its tree and all
 *       of its history
 *   I2  of tags those annotated ones that the endpoint lists at the tip; one
 *       good one will do, whatever else is put beside it
 *   I3  what is verified is the object that was fetched, by its id
 */
#ifndef PROBE_SIGNED_H
#define PROBE_SIGNED_H

#include "git/endpoint.h"
#include "json/jw.h"
#include "probe.h"
#include "verify.h"

#define SIGNED_TAGS_MAX 16 /* looked at */

struct signed_tip {
	const char *policy; /* static; "commit" or "tag"; NULL: not verified */
	struct verdict verdict;
	char commit[OID_SIZE];
	char *tag; /* owned; its short name; NULL: none, or a commit */
	char object[OID_SIZE]; /* what carries the signature; or empty */
};

/* The rule of one repository; `*own` is the caller's to free, and the rule
 * borrows from it. */
void signed_rule(struct signature_rule *rule, const struct probe *probe,
    const struct fleet_repo *repo, struct json **own);

/* "none", "commit" or "tag". */
const char *signed_want(const struct probe *probe,
    const struct fleet_repo *repo);

/*
 * Verify `tip` in the repository at `objects`; `listed` has the endpoint's
 * tags. Where the policy wants nothing, nothing is done.
 */
void signed_verify(struct signed_tip *out, const struct probe *probe,
    const struct fleet_repo *repo, const char *objects, const char *tip,
    const struct endpoint *listed);

/* probe.repos[].signature: an object, or null where nothing was verified. */
void signed_write(const struct signed_tip *tip, const char *name,
    struct jw *jw);

void signed_clear(struct signed_tip *tip);

#endif
