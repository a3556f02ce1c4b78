/*
 * decision - what a plan decided, as one hash (P8)
 *
 * Per repository, in the order given (the plan's: by repo_key), what decides;
 * and the policy's digest. Scores, contributions, lanes, pressure figures,
 * tokens, paths and instants are outside it: a permuted fleet gives the same
 * hash. By hand:
 *
 *   jq -cjS '{policy:.plan.policy_digest,repos:[.plan.repos[]|{repo_key,
 *     recommendation,strategy,target,endpoint,reasons,depth,place}]}' |
 *     sha256sum
 */
#ifndef MODEL_DECISION_H
#define MODEL_DECISION_H

#include "base/buf.h"
#include "base/hash.h"
#include "json/value.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct decision_repo {
	const char *repo_key; /* all borrowed */
	const char *recommendation;
	const char *strategy;
	const char *target; /* NULL: null */
	const char *role;   /* of the endpoint; NULL: no endpoint */
	const char *url;    /* redacted */
	const char *const *reasons;
	size_t reason_count;
	int64_t depth;
	int64_t place;
};

struct decision {
	struct hash hash;
	struct buf json, canon; /* owned */
	bool comma;
};

/* decision_end() ends what decision_begin() began and clears it. */
void decision_begin(struct decision *decision, const char *policy_digest);
void decision_add(struct decision *decision, const struct decision_repo *repo);
void decision_end(struct decision *decision, char out[HASH_NAMED_SIZE]);

/* The same over `plan.repos` as it stands in a document. A member that is
 * missing or of another type counts as null (numbers: 0). */
void decision_hash(const struct json *plan_repos, const char *policy_digest,
    char out[HASH_NAMED_SIZE]);

#endif
