#include "model/reason.h"
#include "base/map.h"
#include <string.h>

#define LOCAL(code, advice, person, text)                                      \
	{                                                                      \
		code, REASON_LOCAL, REASON_##advice, person, text              \
	}
#define REMOTE(code, advice, person, text)                                     \
	{                                                                      \
		code, REASON_REMOTE, REASON_##advice, person, text             \
	}
#define DECISION(code, advice, person, text)                                   \
	{                                                                      \
		code, REASON_DECISION, REASON_##advice, person, text           \
	}

/* R2: the order of the rows is the order in which codes lead. */
static const struct reason table[] = {
	/* what is settled before anything else is asked */
	DECISION("rollback-blocked", BLOCK, true,
	    "edits stand in the way of the rollback"),
	DECISION("check-failed", BLOCK, true, "a required check failed"),
	DECISION("stale-plan", DEFER, false, "moved after it was planned"),
	DECISION("not-now", DEFER, false, "a check said not now"),
	DECISION("dry-run", NONE, false, "nothing is done in a dry run"),
	DECISION("gate", BLOCK, true, "the gate refused it"),
	DECISION("signature", BLOCK, true, "the signature is not accepted"),
	DECISION("lease-foreign", DEFER, false, "someone else holds the lease"),
	DECISION("dependency-cycle", BLOCK, true, "is in a dependency cycle"),
	DECISION("bad-commit", BLOCK, false, "the commit was rolled back"),
	DECISION("risk", BLOCK, true, "the risk is too high"),
	DECISION("needs", DEFER, false, "needs another repository first"),
	DECISION("held", DEFER, false, "is held"),
	DECISION("cooldown", DEFER, false, "cools down after a failure"),
	DECISION("min-age", DEFER, false, "the commit is too young"),
	DECISION("window", DEFER, false, "outside its windows"),
	DECISION("pressure", DEFER, false, "the machine is under pressure"),
	DECISION("remote-down", DEFER, false, "no remote is usable"),
	DECISION("no-undo", BLOCK, true, "cannot go back"),
	DECISION("undo", NONE, false, "goes back on an operator's word"),

	/* B1: by lstat, owner and config file alone */
	LOCAL("missing", BLOCK, true, "the folder is missing"),
	LOCAL("not-a-repo", BLOCK, true, "is not a git repository"),
	LOCAL("foreign-owner", BLOCK, true, "is not open to this user"),
	LOCAL("unsupported-format", BLOCK, true,
	    "is kept in a way that Hermes leaves alone"),
	LOCAL("self", NONE, false, "holds the running Hermes"),
	LOCAL("duplicate-of", BLOCK, true, "is another entry's repository"),
	LOCAL("moved", BLOCK, true, "its git directory is gone or another's"),

	/* B1: the state of the repository, then of its tree */
	LOCAL("corrupt", BLOCK, true, "the repository is damaged"),
	LOCAL("overrun", DEFER, false, "took more time or memory than it may"),
	LOCAL("interrupted-mixed", BLOCK, true,
	    "an apply was cut short and files changed since"),
	LOCAL("interrupted", DEFER, false, "an apply was cut short"),
	LOCAL("in-progress", BLOCK, true,
	    "a merge, rebase or the like is in progress"),
	LOCAL("stale-lock", BLOCK, true, "a lock was left behind"),
	LOCAL("locked", DEFER, false, "git holds a lock"),
	LOCAL("read-only-fs", BLOCK, true, "the file system is read-only"),
	LOCAL("filesystem", BLOCK, true,
	    "the file system cannot exchange files"),
	LOCAL("no-space", BLOCK, true, "too little space or inodes"),
	LOCAL("sparse", BLOCK, true, "is a sparse checkout"),
	LOCAL("partial", BLOCK, true, "is a partial clone"),
	LOCAL("shallow", BLOCK, true, "is a shallow clone"),
	LOCAL("needs-filter", BLOCK, true, "needs a filter such as LFS"),
	LOCAL("needs-trust", BLOCK, true,
	    "its own config wants to run or redirect something"),
	LOCAL("unborn", BLOCK, true, "has no commit yet"),
	LOCAL("detached", BLOCK, true, "HEAD is detached"),
	LOCAL("no-upstream", BLOCK, true, "the branch has no upstream"),
	LOCAL("staged", BLOCK, true, "has staged changes"),
	LOCAL("dirty", BLOCK, true, "has uncommitted changes"),

	/* R3: why a remote gave no answer */
	REMOTE("unsupported-url", BLOCK, true, "the URL is not accepted"),
	REMOTE("auth-missing", BLOCK, true, "wants credentials, has none"),
	REMOTE("auth-rejected", BLOCK, true, "the credentials were rejected"),
	REMOTE("ssh-auth", BLOCK, true, "ssh: no key was accepted"),
	REMOTE("hostkey-mismatch", BLOCK, true,
	    "the host key is not the known one"),
	REMOTE("hostkey-unknown", BLOCK, true, "the host key is not known"),
	REMOTE("tls", BLOCK, true, "the certificate is not valid"),
	REMOTE("forbidden", BLOCK, true, "access is forbidden"),
	REMOTE("not-found", BLOCK, true, "there is no such repository"),
	REMOTE("proxy-auth", BLOCK, true, "the proxy wants credentials"),
	REMOTE("redirected", BLOCK, true, "redirects to another host"),
	REMOTE("not-git", BLOCK, true, "does not speak git"),
	REMOTE("ref-missing", BLOCK, true, "the branch is not in the remote"),
	REMOTE("empty-advert", DEFER, false, "listed nothing at all"),
	REMOTE("rate-limited", DEFER, false, "asks to come back later"),
	REMOTE("server-error", DEFER, false, "the server has an error"),
	REMOTE("early-eof", DEFER, false, "hung up early"),
	REMOTE("incomplete", DEFER, false, "lacks objects that its tip needs"),
	REMOTE("too-slow", DEFER, false, "is too slow"),
	REMOTE("timeout", DEFER, false, "did not answer in time"),
	REMOTE("refused", DEFER, false, "refused the connection"),
	REMOTE("unreachable", DEFER, false, "cannot be reached"),
	REMOTE("dns", DEFER, false, "its name does not resolve"),
	REMOTE("offline", DEFER, false, "this machine is offline"),

	/* how the branch stands to its upstream */
	LOCAL("upstream-gone", BLOCK, true, "the upstream branch is gone"),
	LOCAL("default-renamed", BLOCK, true,
	    "the remote's default branch has another name now"),
	LOCAL("unrelated-history", BLOCK, true,
	    "shares no commit with its upstream"),
	LOCAL("upstream-rewritten", BLOCK, true, "the upstream was rewritten"),
	LOCAL("diverged", BLOCK, true, "has diverged from its upstream"),
	LOCAL("unsafe-tree", BLOCK, true,
	    "the new commit holds unsafe tree entries"),
	LOCAL("untracked-collision", BLOCK, true,
	    "an untracked file is in the way"),
	LOCAL("ignored-collision", BLOCK, true,
	    "an ignored file is in the way"),
	LOCAL("submodules", BLOCK, true, "the new commit moves a submodule"),
	LOCAL("unfetched", DEFER, false, "the tip is not fetched"),
	LOCAL("behind", UPGRADE, false, "is behind its upstream"),
	LOCAL("ahead", NONE, false, "is ahead of its upstream"),
	LOCAL("current", NONE, false, "is up to date"),
};

#define COUNT (sizeof(table) / sizeof(*table))

const struct reason *
reason_find(const char *code)
{
	static struct map by_code;
	size_t i;

	if (!code)
		return NULL;
	if (!by_code.count)
		for (i = 0; i < COUNT; i++)
			map_put(&by_code, table[i].code, (void *)&table[i]);

	return map_get(&by_code, code);
}

int
reason_rank(const struct reason *reason)
{
	return (int)(reason - table);
}

bool
reason_known(const char *code)
{
	return reason_find(code) != NULL;
}

bool
reason_is(const char *code, enum reason_kind kind)
{
	const struct reason *reason = reason_find(code);

	return reason && reason->kind == kind;
}

bool
reason_class(const char *text)
{
	return reason_is(text, REASON_REMOTE) || !strcmp(text, "ok") ||
	       !strcmp(text, "not-asked");
}

const char *
reason_leading(const char *a, const char *b)
{
	const struct reason *ra = reason_find(a), *rb = reason_find(b);

	if (!ra || !rb)
		return ra ? a : rb ? b : NULL;

	return ra <= rb ? a : b;
}

const struct reason *
reason_at(size_t index)
{
	return index < COUNT ? &table[index] : NULL;
}

const char *
reason_kind_name(enum reason_kind kind)
{
	static const char *const names[] = { "local", "remote", "decision" };

	return names[kind];
}

const char *
reason_advice_name(enum reason_advice advice)
{
	static const char *const names[] = { "none", "upgrade", "defer",
		"block" };

	return names[advice];
}
