#include "git/http_code.h"
#include <errno.h>

#define RETRY_MAX_S (24L * 60 * 60)

static const char *
code_of_refusal(CURL *easy)
{
	long number = 0;

	curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &number);
	switch (number) {
	case ECONNREFUSED:
		return "refused";
	case ETIMEDOUT:
		return "timeout";
	default:
		return "unreachable";
	}
}

/* Silent, or slow: did a first byte come? Or is it not even known whom to
 * ask? */
static const char *
code_of_timeout(CURL *easy)
{
	curl_off_t first_us = 0, name_us = 0;
	const char *address = NULL;

	curl_easy_getinfo(easy, CURLINFO_STARTTRANSFER_TIME_T, &first_us);
	curl_easy_getinfo(easy, CURLINFO_NAMELOOKUP_TIME_T, &name_us);
	curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &address);
	if (first_us > 0)
		return "too-slow";

	return name_us == 0 && (!address || *address == '\0') ? "dns"
							      : "timeout";
}

const char *
http_code_of_curl(CURL *easy, CURLcode result)
{
	long tunnel = 0;

	curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &tunnel);
	if (tunnel >= 300)
		return tunnel == 407 ? "proxy-auth" : "unreachable";
	switch (result) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return "dns";
	case CURLE_COULDNT_CONNECT:
		return code_of_refusal(easy);
	case CURLE_OPERATION_TIMEDOUT:
		return code_of_timeout(easy);
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
		return "tls";
	case CURLE_URL_MALFORMAT:
		return "unsupported-url";
	case CURLE_PROXY:
		return "unreachable";
	case CURLE_UNSUPPORTED_PROTOCOL: /* "HTTP/0.9" */
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_BAD_CONTENT_ENCODING:
	case CURLE_WRITE_ERROR: /* we would not take more of it */
		return "not-git";
	default:
		return "early-eof";
	}
}

const char *
http_code_of_status(long status, bool asked)
{
	switch (status) {
	case 401:
		return asked ? "auth-rejected" : "auth-missing";
	case 403:
		return "forbidden";
	case 404:
	case 410:
		return "not-found";
	case 407:
		return "proxy-auth";
	case 429:
		return "rate-limited";
	default:
		if (status / 100 == 3)
			return "redirected";
		return status >= 500 ? "server-error" : "not-git";
	}
}

long
http_retry_after_ms(CURL *easy, long status)
{
	curl_off_t seconds = 0;

	if (status != 429 && status != 503)
		return 0;
	curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &seconds);
	if (seconds <= 0)
		return 0;

	return 1000 * (seconds < RETRY_MAX_S ? (long)seconds : RETRY_MAX_S);
}
