#include "git/http_setup.h"
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* What is a text to libcurl, too. */
static const struct {
	enum access_name name;
	CURLoption option;
} texts[] = {
	{ ACCESS_PROXY, CURLOPT_PROXY },
	{ ACCESS_CA_FILE, CURLOPT_CAINFO },
	{ ACCESS_CA_PATH, CURLOPT_CAPATH },
	{ ACCESS_CERT, CURLOPT_SSLCERT },
	{ ACCESS_KEY, CURLOPT_SSLKEY },
	{ ACCESS_PINNED_KEY, CURLOPT_PINNEDPUBLICKEY },
	{ ACCESS_COOKIES, CURLOPT_COOKIEFILE },
	{ ACCESS_USER_AGENT, CURLOPT_USERAGENT },
};

static const struct {
	const char *word;
	long value;
} versions[] = {
	{ "HTTP/1.1", CURL_HTTP_VERSION_1_1 },
	{ "HTTP/2", CURL_HTTP_VERSION_2_0 },
}, proxy_auths[] = {
	{ "basic", CURLAUTH_BASIC },
	{ "digest", CURLAUTH_DIGEST },
	{ "negotiate", CURLAUTH_NEGOTIATE },
	{ "ntlm", CURLAUTH_NTLM },
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void
set_words(CURL *easy, const struct access *access)
{
	const char *version = access->values[ACCESS_VERSION];
	const char *auth = access->values[ACCESS_PROXY_AUTH];
	size_t i;

	for (i = 0; version && i < COUNT(versions); i++)
		if (strcmp(version, versions[i].word) == 0)
			curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
			    versions[i].value);
	curl_easy_setopt(easy, CURLOPT_PROXYAUTH, (long)CURLAUTH_ANY);
	for (i = 0; auth && i < COUNT(proxy_auths); i++)
		if (strcasecmp(auth, proxy_auths[i].word) == 0)
			curl_easy_setopt(easy, CURLOPT_PROXYAUTH,
			    proxy_auths[i].value);
}

/* Where a folder of authorities is named and libcurl's own file of them is
 * not there, the folder is all; libcurl would take it for a broken file. */
static void
set_authorities(CURL *easy, const struct access *access)
{
	const char *own = curl_version_info(CURLVERSION_NOW)->cainfo;

	if (access->values[ACCESS_CA_PATH] && !access->values[ACCESS_CA_FILE] &&
	    own && faccessat(AT_FDCWD, own, F_OK, 0) != 0)
		curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
}

void
http_setup(CURL *easy, const struct access *access)
{
	bool verify = access_true(access, ACCESS_SSL_VERIFY, true);
	size_t i;

	curl_easy_setopt(easy, CURLOPT_USERAGENT, "git/2.39 (hermes)");
	for (i = 0; i < COUNT(texts); i++)
		if (access->values[texts[i].name])
			curl_easy_setopt(easy, texts[i].option,
			    access->values[texts[i].name]);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
	if (access->values[ACCESS_CERT]) /* else a locked key asks the tty */
		curl_easy_setopt(easy, CURLOPT_KEYPASSWD, "");
	set_authorities(easy, access);
	set_words(easy, access);
}

struct curl_slist *
http_headers(struct curl_slist *list, const struct access *access)
{
	size_t i;

	for (i = 0; i < access->headers.count; i++)
		list = curl_slist_append(list, access->headers.items[i]);

	return list;
}
