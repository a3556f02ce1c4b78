#include "model/signature.h"
#include "base/alloc.h"
#include "base/buf.h"
#include <string.h>

const char *const signature_words[] = { "none", "commit", "tag", NULL };

/* The name, and what it means for a commit or for a tag. */
static const struct {
	const char *name, *text;
} states[] = {
	[SIGNATURE_GOOD] = { "good", "good" },
	[SIGNATURE_UNSIGNED] = { "unsigned", "there is no signature" },
	[SIGNATURE_FORGED] = { "forged",
	    "the signature was not made over this" },
	[SIGNATURE_UNTRUSTED] = { "untrusted",
	    "the policy does not name the key that signed it" },
	[SIGNATURE_EXPIRED] = { "expired",
	    "the key that signed it is not valid now" },
	[SIGNATURE_REVOKED] = { "revoked",
	    "the key that signed it was revoked" },
	[SIGNATURE_MALFORMED] = { "malformed",
	    "the signature has no shape that git writes" },
	[SIGNATURE_UNSUPPORTED] = { "unsupported",
	    "Hermes does not verify such a signature" },
	[SIGNATURE_MISSING_TOOL] = { "missing-tool",
	    "what verifies it is not installed" },
	[SIGNATURE_UNFETCHED] = { "unfetched", "what is signed is not here" },
	[SIGNATURE_TIMEOUT] = { "timeout", "it was not verified in time" },
};

static bool
is(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

struct signature_rule
signature_rule_of(const struct json *policy)
{
	return (struct signature_rule){
		json_get_text(policy, "require_signature"),
		json_get_text(policy, "allowed_signers"),
		json_get_text(policy, "keyring"),
	};
}

void
signature_rule_make(struct signature_rule *rule,
    const struct signature_rule *base, const struct json *own)
{
	struct signature_rule is_own = signature_rule_of(own);

	*rule = *base;
	if (is_own.want)
		rule->want = is_own.want;
	if (is_own.allowed_signers || is_own.keyring) { /* V3 */
		rule->allowed_signers = is_own.allowed_signers;
		rule->keyring = is_own.keyring;
	}
}

bool
signature_wanted(const struct signature_rule *rule)
{
	return !is(rule->want, "none");
}

const char *
signature_state_name(enum signature_state state)
{
	return states[state].name;
}

/* V1, whatever it says. */
static bool
speaks(const struct json *found, const char *want, const char *commit)
{
	return (is(want, "commit") || is(want, "tag")) &&
	       is(json_get_text(found, "policy"), want) &&
	       is(json_get_text(found, "commit"), commit);
}

bool
signature_good(const struct json *found, const char *want, const char *commit)
{
	return speaks(found, want, commit) &&
	       is(json_get_text(found, "state"), states[SIGNATURE_GOOD].name);
}

static char *
good_text(const struct json *found)
{
	const char *tag = json_get_text(found, "tag");
	const char *signer = json_get_text(found, "signer");
	const char *key = json_get_text(found, "key");

	return xasprintf("%s%s signed by %s with %s", tag ? "tag " : "commit",
	    tag ? tag : "", signer ? signer : "?", key ? key : "?");
}

/* What the state means; NULL where it is none that is known. */
static const char *
meaning(const char *state)
{
	size_t i;

	for (i = 0; i < SIGNATURE_STATE_COUNT; i++)
		if (i != SIGNATURE_GOOD && is(state, states[i].name))
			return states[i].text;

	return NULL;
}

static char *
unknown_text(const char *want)
{
	return xasprintf("not verified: the policy wants %s",
	    want ? want : "null");
}

static char *
bad_text(const struct json *found, const char *want, const char *commit)
{
	const char *state = json_get_text(found, "state");
	const char *tag = json_get_text(found, "tag");
	const char *detail = json_get_text(found, "detail");
	struct buf text = { 0 };

	if (!meaning(state))
		return unknown_text(want);
	buf_printf(&text, "%s: ", state);
	if (tag)
		buf_printf(&text, "tag %s of ", tag);
	else if (is(want, "tag"))
		buf_puts(&text, "tags of ");
	buf_printf(&text, "commit %.12s: %s", commit, meaning(state));
	if (detail)
		buf_printf(&text, ": %s", detail);

	return buf_take(&text);
}

char *
signature_text(const struct json *found, const char *want, const char *commit)
{
	if (!speaks(found, want, commit))
		return unknown_text(want);
	if (signature_good(found, want, commit))
		return good_text(found);

	return bad_text(found, want, commit);
}
