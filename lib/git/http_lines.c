#include "git/http_lines.h"
#include <unistd.h>

/* libcurl starts (TLS and all) in the worker that first needs it: a fleet of
 * paths never pays. A parent's connections stay the parent's. */
static CURLM *lines;
static CURLSH *sessions;
static pid_t lines_pid;

CURLM *
http_lines(void)
{
	if (lines != NULL && lines_pid == getpid())
		return lines;
	curl_global_init(CURL_GLOBAL_DEFAULT);
	lines = curl_multi_init();
	sessions = curl_share_init();
	if (sessions != NULL)
		curl_share_setopt(sessions, CURLSHOPT_SHARE,
		    CURL_LOCK_DATA_SSL_SESSION);
	lines_pid = getpid();

	return lines;
}

CURL *
http_line_new(void)
{
	CURL *easy = http_lines() != NULL ? curl_easy_init() : NULL;

	if (easy != NULL && sessions != NULL)
		curl_easy_setopt(easy, CURLOPT_SHARE, sessions);

	return easy;
}
