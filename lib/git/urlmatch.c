#include "git/urlmatch.h"
#include "base/alloc.h"
#include "base/buf.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct pattern {
	const char *host; /* borrowed */
	size_t host_len;
	int port;         /* 0: the protocol's own */
	const char *path; /* borrowed */
};

/* protocol://host[:port][/path]; nothing else is one of ours. */
static bool
split(struct pattern *out, const char *text, const struct url *url)
{
	const char *name = url_protocol_name(url->protocol), *end;
	size_t len = strlen(name);
	char *rest;
	long port;

	if (strncasecmp(text, name, len) != 0 ||
	    strncmp(text + len, "://", 3) != 0)
		return false;
	out->host = text + len + 3;
	end = out->host + strcspn(out->host, "/?#");
	if (memchr(out->host, '@', (size_t)(end - out->host)))
		return false;
	out->path = end;
	out->host_len = *out->host == '[' ? strcspn(out->host, "]/") + 1
					  : strcspn(out->host, ":/?#");
	if (out->host + out->host_len > end)
		return false;
	out->port = 0;
	if (out->host[out->host_len] == ':') {
		port = strtol(out->host + out->host_len + 1, &rest, 10);
		if (rest != end || port < 0 || port > 65535)
			return false;
		out->port = (int)port;
	}

	return true;
}

/* Label by label; "*" is any one. */
static bool
host_holds(const char *glob, size_t glob_len, const char *host)
{
	const char *end = glob + glob_len;
	size_t a, b;

	for (;;) {
		a = 0;
		while (glob + a < end && glob[a] != '.')
			a++;
		b = strcspn(host, ".");
		if (!(a == 1 && *glob == '*' && b > 0) &&
		    (a != b || strncasecmp(glob, host, a) != 0))
			return false;
		glob += a;
		host += b;
		if (glob == end || *host == '\0')
			return glob == end && *host == '\0';
		glob++;
		host++;
	}
}

static bool
host_is(const struct pattern *pattern, const char *host)
{
	if (*pattern->host != '[')
		return host_holds(pattern->host, pattern->host_len, host);

	return strlen(host) == pattern->host_len - 2 &&
	       strncasecmp(pattern->host + 1, host, pattern->host_len - 2) == 0;
}

static int
hex_value(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : tolower(c) - 'a' + 10;
}

/* What need not be escaped is not; what is, is in capitals. */
static void
put_char(struct buf *out, const char **at)
{
	const char *text = *at;
	int c;

	if (*text != '%' || !isxdigit((unsigned char)text[1]) ||
	    !isxdigit((unsigned char)text[2])) {
		buf_putc(out, *text);
		return;
	}
	c = 16 * hex_value(text[1]) + hex_value(text[2]);
	if (isalnum(c) || (c != 0 && strchr("-._~", c)))
		buf_putc(out, (char)c);
	else
		buf_printf(out, "%%%02X", (unsigned)c);
	*at += 2;
}

static void
drop_part(struct buf *out)
{
	while (out->len > 0 && out->data[--out->len] != '/')
		continue;
	out->data[out->len] = '\0';
}

/* One spelling: escapes, "." and "..", no slash at the end. The caller's. */
static char *
plain_path(const char *path)
{
	struct buf out = { 0 }, part = { 0 };

	while (*path != '\0') {
		path += strspn(path, "/");
		buf_reset(&part);
		for (; *path != '\0' && *path != '/'; path++)
			put_char(&part, &path);
		if (strcmp(buf_text(&part), "..") == 0 && out.len > 0)
			drop_part(&out);
		else if (part.len > 0 && strcmp(part.data, ".") != 0 &&
			 strcmp(part.data, "..") != 0)
			buf_printf(&out, "/%s", part.data);
	}
	buf_clear(&part);

	return buf_take(&out);
}

/* The length that is shared, and a slash; 0: none. */
static size_t
path_len(const char *prefix, const char *path)
{
	char *a = plain_path(prefix), *b = plain_path(path);
	size_t len = strlen(a);
	bool above = strncmp(a, b, len) == 0 && (b[len] == '/' || !b[len]);

	free(a);
	free(b);

	return above ? len + 1 : 0;
}

bool
urlmatch_find(struct urlmatch *match, const char *pattern,
    const struct url *url)
{
	int own = url_default_port(url->protocol);
	struct pattern found;

	if (!(url->protocol & (URL_HTTP | URL_HTTPS)) ||
	    !split(&found, pattern, url) || !host_is(&found, url->host) ||
	    (found.port ? found.port : own) != (url->port ? url->port : own))
		return false;
	match->host_len = found.host_len;
	match->path_len = path_len(found.path, url->path);

	return match->path_len > 0;
}

bool
urlmatch_holds(const struct urlmatch *a, const struct urlmatch *b)
{
	if (a->host_len != b->host_len)
		return a->host_len > b->host_len;

	return a->path_len >= b->path_len;
}
