#include "git/trouble.h"
#include "model/url.h"
#include <stdio.h>
#include <stdlib.h>
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
	char *redacted;

	if (last.code != NULL)
		return;
	last.code = code;
	last.status = status;
	if (detail == NULL)
		return;
	redacted = url_redacted(detail);
	snprintf(last.detail, sizeof last.detail, "%s", redacted);
	free(redacted);
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

/* Phrases of OpenSSH 9, git-upload-pack and git-daemon, most telling first. */
static const struct {
	const char *phrase;
	const char *code;
} phrases[] = {
	{ "REMOTE HOST IDENTIFICATION HAS CHANGED", "hostkey-mismatch" },
	{ "host key for", "hostkey-mismatch" },
	{ "Host key verification failed", "hostkey-unknown" },
	{ "No matching host key type found", "hostkey-unknown" },
	{ "Permission denied", "ssh-auth" },
	{ "Too many authentication failures", "ssh-auth" },
	{ "Could not resolve hostname", "dns" },
	{ "Connection refused", "refused" },
	{ "Connection timed out", "timeout" },
	{ "Operation timed out", "timeout" },
	{ "No route to host", "unreachable" },
	{ "Network is unreachable", "unreachable" },
	{ "does not appear to be a git repository", "not-found" },
	{ "repository not exported", "not-found" },
	{ "access denied or repository not", "not-found" },
	{ "Repository not found", "not-found" },
	{ "no such repository", "not-found" },
	{ "command not found", "not-git" },
	{ "Connection closed by", "early-eof" },
	{ "Connection reset by", "early-eof" },
	{ "Broken pipe", "early-eof" },
};

const char *
trouble_code_of(const char *said, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof phrases / sizeof *phrases; i++)
		if (memmem(said, len, phrases[i].phrase,
			strlen(phrases[i].phrase)) != NULL)
			return phrases[i].code;
	return NULL;
}
