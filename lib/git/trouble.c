#include "git/trouble.h"
#include <stdio.h>
#include <string.h>

static struct trouble last;

void
trouble_clear(void)
{
	last = (struct trouble){ 0 };
}

void
trouble_set(const char *code, long status, const char *detail)
{
	if (last.code != NULL)
		return;
	last.code = code;
	last.status = status;
	if (detail != NULL)
		snprintf(last.detail, sizeof last.detail, "%s", detail);
}

void
trouble_retry_after(int64_t ms)
{
	last.retry_after_ms = ms;
}

const struct trouble *
trouble_last(void)
{
	return &last;
}

struct phrase {
	const char *text;
	const char *code;
};

/* OpenSSH 9, most telling first. */
static const struct phrase ssh_phrases[] = {
	{ "REMOTE HOST IDENTIFICATION HAS CHANGED", "hostkey-mismatch" },
	{ "REVOKED HOST KEY DETECTED", "hostkey-mismatch" },
	{ "Host key verification failed", "hostkey-unknown" },
	{ "no matching host key type found", "hostkey-unknown" },
	{ "Permission denied", "ssh-auth" },
	{ "Too many authentication failures", "ssh-auth" },
	{ "Could not resolve hostname", "dns" },
	{ "Connection refused", "refused" },
	{ "Connection timed out", "timeout" },
	{ "Operation timed out", "timeout" },
	{ "No route to host", "unreachable" },
	{ "Network is unreachable", "unreachable" },
};

/* git-upload-pack, git-daemon, the forges, and libgit2. */
static const struct phrase git_phrases[] = {
	{ "does not appear to be a git repository", "not-found" },
	{ "not exported", "not-found" },
	{ "access denied or repository not", "not-found" },
	{ "epository not found", "not-found" },
	{ "no such repository", "not-found" },
	{ "command not found", "not-git" },
	{ "Permission denied", "forbidden" },
	{ "hung up unexpectedly", "early-eof" },
	{ "early EOF", "early-eof" },
};

#define FIND(phrases, said, len)                                               \
	find(phrases, sizeof(phrases) / sizeof(*(phrases)), said, len)

static const char *
find(const struct phrase *phrases, size_t count, const char *said, size_t len)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (memmem(said, len, phrases[i].text,
			strlen(phrases[i].text)) != NULL)
			return phrases[i].code;
	return NULL;
}

const char *
trouble_code_of(const char *said, size_t len)
{
	return FIND(git_phrases, said, len);
}

const char *
trouble_code_of_ssh(int status, const char *said, size_t len)
{
	const char *code = NULL;

	if (status == 126 || status == 127)
		return "not-git"; /* there is no git-upload-pack */
	if (status == 255)
		code = FIND(ssh_phrases, said, len);
	else if (status > 0)
		code = FIND(git_phrases, said, len);
	return code != NULL ? code : "early-eof";
}
