/*
 * signature - what a policy wants signed, and what a probe found of it
 *
 * The probe runs the verifiers and writes a verdict; planner and gate read
 * it here, each for itself, in the same words (G1, A7).
 *
 *   V1  a good verdict speaks of one commit, by one policy: where either is
 *       another, nothing is known
 *   V2  what is missing or not known is not good
 *   V3  keys are never mixed: a repository that names a keys file has what
 *       it names, and none of the fleet's
 */
#ifndef MODEL_SIGNATURE_H
#define MODEL_SIGNATURE_H

#include "json/value.h"
#include <stdbool.h>

/* "none", "commit", "tag", NULL: for shape tables. */
extern const char *const signature_words[];

/* All borrowed from where it was read. */
struct signature_rule {
	const char *want;            /* NULL: not known */
	const char *allowed_signers; /* or NULL */
	const char *keyring;         /* or NULL */
};

/* What holds for a repository with the overrides `own` (NULL: none) of
 * `base`, V3. */
void signature_rule_make(struct signature_rule *rule,
    const struct signature_rule *base, const struct json *own);

/* The rule that a policy, or its overrides, spell out themselves. */
struct signature_rule signature_rule_of(const struct json *policy);

bool signature_wanted(const struct signature_rule *rule);

/* The states that a verdict may have. */
enum signature_state {
	SIGNATURE_UNSIGNED,     /* what is not judged is not good */
	SIGNATURE_FORGED,       /* not over this, or not for git */
	SIGNATURE_UNTRUSTED,    /* by no key that the policy names */
	SIGNATURE_EXPIRED,      /* by one, but not at this time */
	SIGNATURE_REVOKED,      /* by one that its owner took back */
	SIGNATURE_MALFORMED,    /* no shape that git writes */
	SIGNATURE_UNSUPPORTED,  /* of a kind that Hermes does not verify */
	SIGNATURE_MISSING_TOOL, /* what verifies is not installed */
	SIGNATURE_UNFETCHED,    /* the tag is not here */
	SIGNATURE_TIMEOUT,      /* the verifier did not end in time */
	SIGNATURE_GOOD,
	SIGNATURE_STATE_COUNT
};

/* "good", "missing-tool" and so on. */
const char *signature_state_name(enum signature_state state);

/* Does `found`, probe.repos[].signature, hold good for `commit` (V1, V2)? */
bool signature_good(const struct json *found, const char *want,
    const char *commit);

/* One line that says so, or why it does not; the caller's. Each state has
 * its own, which does not change from one cycle to the next. */
char *signature_text(const struct json *found, const char *want,
    const char *commit);

#endif
