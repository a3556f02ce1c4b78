#include "git/redirect.h"
#include "base/alloc.h"
#include "model/url.h"
#include <stdlib.h>
#include <string.h>

/* The same, or the same host behind TLS: a certificate vouches for it. */
static bool
same_place(const struct url *from, const struct url *to)
{
	if (strcmp(from->host, to->host) != 0)
		return false;

	return (from->protocol == to->protocol && from->port == to->port) ||
	       (from->protocol == URL_HTTP && to->protocol == URL_HTTPS);
}

/* "to PROTOCOL://HOST[:PORT]"; NULL where `target` has none. */
static char *
describe(const char *target)
{
	char *plain = url_redacted(target), *root, *text = NULL;
	const char *host = strstr(plain, "://"), *why;
	struct url url;

	if (host != NULL) {
		host += strlen("://");
		root = xasprintf("%.*s%.*s/-", (int)(host - plain), plain,
		    (int)strcspn(host, "/?#"), host);
		if (url_parse(&url, root, &why) == 0) {
			text = xasprintf("to %.*s", (int)strlen(url.text) - 2,
			    url.text);
			url_clear(&url);
		}
		free(root);
	}
	free(plain);
	return text;
}

char *
redirect_follow(const char *from, const char *target, char **detail)
{
	const char *end = target != NULL ? strstr(target, "/info/refs") : NULL;
	struct url here = { 0 }, there = { 0 };
	char *base, *url = NULL;
	const char *why;

	*detail = NULL;
	if (target == NULL)
		return NULL;
	if (end != NULL) {
		base = xstrndup(target, (size_t)(end - target));
		if (url_parse(&here, from, &why) == 0 &&
		    url_parse(&there, base, &why) == 0 && there.host != NULL &&
		    same_place(&here, &there))
			url = xstrdup(there.text);
		free(base);
	}
	if (url == NULL)
		*detail = describe(target);
	url_clear(&here);
	url_clear(&there);
	return url;
}
