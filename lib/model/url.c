#include "model/url.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "json/utf8.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	enum url_protocol protocol;
	int port;
} protocols[] = {
	{ "file", URL_FILE, 0 },
	{ "git", URL_GIT, 9418 },
	{ "http", URL_HTTP, 80 },
	{ "https", URL_HTTPS, 443 },
	{ "ssh", URL_SSH, 22 },
};

#define PROTOCOL_COUNT (sizeof protocols / sizeof *protocols)

/* What a user or a host may be made of, letters and digits apart. */
#define USER_MARKS "._+-~"
#define HOST_MARKS "._-"

unsigned
url_protocol(const char *word)
{
	size_t i;

	for (i = 0; i < PROTOCOL_COUNT; i++)
		if (strcmp(protocols[i].name, word) == 0)
			return protocols[i].protocol;

	return 0;
}

const char *
url_protocol_name(enum url_protocol protocol)
{
	size_t i;

	for (i = 0; i < PROTOCOL_COUNT - 1; i++)
		if (protocols[i].protocol == protocol)
			break;

	return protocols[i].name;
}

int
url_default_port(enum url_protocol protocol)
{
	size_t i;

	for (i = 0; i < PROTOCOL_COUNT; i++)
		if (protocols[i].protocol == protocol)
			return protocols[i].port;

	return 0;
}

void
url_clear(struct url *url)
{
	free(url->user);
	free(url->host);
	free(url->path);
	free(url->text);
	*url = (struct url){ 0 };
}

static int
refuse(const char **why, const char *reason)
{
	*why = reason;

	return -1;
}

static bool
is_control(char c)
{
	return (unsigned char)c < ' ' || c == 127;
}

static bool
is_plain(const char *text, size_t len, const char *marks)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) &&
		    (text[i] == '\0' || strchr(marks, text[i]) == NULL))
			return false;

	return true;
}

static bool
has_control(const char *text)
{
	for (; *text != '\0'; text++)
		if (is_control(*text))
			return true;

	return false;
}

/* The length of a scheme or of a helper's name at the start of `text`. */
static size_t
scheme_len(const char *text)
{
	size_t i = 0;

	while (isalnum((unsigned char)text[i]) ||
	       (text[i] != '\0' && strchr("+-._", text[i]) != NULL))
		i++;

	return i;
}

char *
url_path_plain(const char *path)
{
	struct buf out = { 0 };
	size_t len;

	if (*path == '/')
		buf_putc(&out, '/');
	while (*path != '\0') {
		path += strspn(path, "/");
		len = strcspn(path, "/");
		if (len > 0 && (len > 1 || *path != '.')) {
			if (out.len > 0 && out.data[out.len - 1] != '/')
				buf_putc(&out, '/');
			buf_add(&out, path, len);
		}
		path += len;
	}
	if (out.len == 0)
		buf_putc(&out, '.');

	return buf_take(&out);
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);

	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Undo %XX. NULL where one is no number or stands for a control character. */
static char *
decode(const char *text)
{
	struct buf out = { 0 };
	int high, low;
	char c;

	for (; *text != '\0'; text++) {
		c = *text;
		if (c == '%') {
			high = hex(text[1]);
			low = high == -1 ? -1 : hex(text[2]);
			c = (char)(high * 16 + low);
			text += 2;
			if (low == -1 || is_control(c)) {
				buf_clear(&out);
				return NULL;
			}
		}
		buf_putc(&out, c);
	}

	return buf_take(&out);
}

/* U1: `[user[:password]@]` at the start of an authority. */
static int
user_parse(struct url *url, const char **at, const char *end, const char **why)
{
	const char *sign = memchr(*at, '@', (size_t)(end - *at)), *next;

	if (sign == NULL)
		return 0;
	while ((next = memchr(sign + 1, '@', (size_t)(end - sign - 1))) != NULL)
		sign = next;
	if (memchr(*at, ':', (size_t)(sign - *at)) != NULL)
		return refuse(why, "holds a password");
	if (url->protocol == URL_GIT)
		return refuse(why, "holds a user, and git:// knows none");
	if (url->protocol != URL_SSH)
		return refuse(why,
		    "holds a user name, which belongs in credential.username");
	if (sign == *at)
		return refuse(why, "its user is empty");
	if (**at == '-')
		return refuse(why, "its user looks like an option");
	if (!is_plain(*at, (size_t)(sign - *at), USER_MARKS))
		return refuse(why, "its user holds a character that none may");
	url->user = xstrndup(*at, (size_t)(sign - *at));
	*at = sign + 1;

	return 0;
}

/* U4: a name or an address between `at` and `end`. */
static int
host_parse(struct url *url, const char *at, const char *end, const char **why)
{
	bool six = end - at > 2 && *at == '[' && end[-1] == ']';
	char *c;

	if (six) {
		at++;
		end--;
	}
	if (six && memchr(at, ':', (size_t)(end - at)) == NULL)
		return refuse(why, "its host is no address, but in brackets");
	if (at == end)
		return refuse(why, "its host is empty");
	if (*at == '-')
		return refuse(why, "its host looks like an option");
	if (!is_plain(at, (size_t)(end - at), six ? ":." : HOST_MARKS))
		return refuse(why, "its host holds a character that none may");
	url->host = xstrndup(at, (size_t)(end - at));
	for (c = url->host; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);

	return 0;
}

static int
port_parse(struct url *url, const char *at, const char *end, const char **why)
{
	if (at == end) /* "host:/path" */
		return 0;
	for (; at < end; at++) {
		if (*at < '0' || *at > '9')
			return refuse(why, "its port is no number");
		url->port = url->port * 10 + *at - '0';
		if (url->port > 65535)
			return refuse(why, "its port is above 65535");
	}
	if (url->port == 0)
		return refuse(why, "its port is 0");
	if (url->port == url_default_port(url->protocol))
		url->port = 0;

	return 0;
}

static int
authority_parse(struct url *url, const char *at, const char *end,
    const char **why)
{
	const char *colon, *bracket;

	if (user_parse(url, &at, end, why) == -1)
		return -1;
	bracket = *at == '[' ? memchr(at, ']', (size_t)(end - at)) : NULL;
	colon = bracket == NULL ? at : bracket;
	colon = memchr(colon, ':', (size_t)(end - colon));
	if (host_parse(url, at, colon == NULL ? end : colon, why) == -1)
		return -1;

	return colon == NULL ? 0 : port_parse(url, colon + 1, end, why);
}

/* The one spelling of a URL with a host. */
static void
text_make(struct url *url, const char *path)
{
	struct buf out = { 0 };
	bool six = strchr(url->host, ':') != NULL;

	buf_printf(&out, "%s://", url_protocol_name(url->protocol));
	if (url->user != NULL)
		buf_printf(&out, "%s@", url->user);
	buf_printf(&out, six ? "[%s]" : "%s", url->host);
	if (url->port != 0)
		buf_printf(&out, ":%d", url->port);
	buf_puts(&out, path);
	url->text = buf_take(&out);
}

/* What is behind "file://": U5. */
static int
file_parse(struct url *url, const char *rest, const char **why)
{
	const char *path = strchr(rest, '/');
	char *plain;

	if (path == NULL)
		return refuse(why, "its path is empty");
	if (path != rest && strncmp(rest, "localhost/", 10) != 0)
		return refuse(why, "a file has no host");
	if ((plain = decode(path)) == NULL)
		return refuse(why, "holds an escape that none may");
	url->path = url_path_plain(plain);
	url->text = xstrdup(url->path);
	free(plain);

	return 0;
}

/* What is behind "scheme://". */
static int
rest_parse(struct url *url, const char *rest, const char **why)
{
	const char *path = rest + strcspn(rest, "/?#");
	char *plain;

	if (url->protocol == URL_FILE)
		return file_parse(url, rest, why);
	if (authority_parse(url, rest, path, why) == -1)
		return -1;
	if (*path != '/' || strspn(path, "/") == strlen(path))
		return refuse(why, "its path is empty");
	if ((plain = decode(path)) == NULL)
		return refuse(why, "holds an escape that none may");
	text_make(url, path);
	if (url->protocol == URL_HTTP || url->protocol == URL_HTTPS) {
		url->path = xstrdup(path);
		free(plain);
		return 0;
	}
	/* ssh://host/~user/x is relative to that home, as git has it */
	if (url->protocol == URL_SSH && plain[1] == '~')
		memmove(plain, plain + 1, strlen(plain));
	url->path = plain;

	return *plain == '-' ? refuse(why, "its path looks like an option") : 0;
}

/* [user@]host:path; `colon` ends the host. */
static int
scp_parse(struct url *url, const char *text, const char *colon,
    const char **why)
{
	const char *path = colon + 1, *sign = strchr(path, '@'),
		   *slash = strchr(path, '/');

	url->protocol = URL_SSH;
	if (sign != NULL && (slash == NULL || sign < slash))
		return refuse(why, "holds a password");
	if (user_parse(url, &text, colon, why) == -1 ||
	    host_parse(url, text, colon, why) == -1)
		return -1;
	if (*path == '\0')
		return refuse(why, "its path is empty");
	if (*path == '-')
		return refuse(why, "its path looks like an option");
	url->path = xstrdup(path);
	url->text =
	    xasprintf(strchr(url->host, ':') ? "%s%s[%s]:%s" : "%s%s%s:%s",
		url->user == NULL ? "" : url->user,
		url->user == NULL ? "" : "@", url->host, path);

	return 0;
}

static int
scheme_parse(struct url *url, const char *text, size_t len, const char **why)
{
	char *word = xstrndup(text, len), *c;

	for (c = word; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	url->protocol = url_protocol(word);
	free(word);
	if (url->protocol == 0)
		return refuse(why, "its protocol is none that Hermes speaks");
	if (strpbrk(text, "?#") != NULL)
		return refuse(why, "holds a query or a fragment");

	return rest_parse(url, text + len + 3, why);
}

/* Where the host of the scp-like form ends; NULL: it is a path. */
static const char *
scp_colon(const char *text)
{
	const char *colon, *bracket, *slash = strchr(text, '/');

	bracket = strchr(text, '[');
	if (bracket != NULL && (bracket == text || bracket[-1] == '@') &&
	    (bracket = strchr(bracket, ']')) != NULL)
		colon = bracket[1] == ':' ? bracket + 1 : NULL;
	else
		colon = strchr(text, ':');

	return slash != NULL && colon != NULL && slash < colon ? NULL : colon;
}

/* "./a:b" and "./-a" would be taken for something else without their "./". */
static char *
path_plain_apart(const char *text)
{
	char *plain = url_path_plain(text), *apart;

	if (*plain != '-' && scp_colon(plain) == NULL)
		return plain;
	apart = xasprintf("./%s", plain);
	free(plain);

	return apart;
}

static int
any_parse(struct url *url, const char *text, const char **why)
{
	size_t len = scheme_len(text);
	const char *colon;

	if (*text == '\0')
		return refuse(why, "is empty");
	if (has_control(text))
		return refuse(why, "holds a control character");
	if (*text == '-')
		return refuse(why, "looks like an option");
	if (strncmp(text + len, "::", 2) == 0)
		return refuse(why, "asks for a remote helper");
	if (strncmp(text + len, "://", 3) == 0)
		return scheme_parse(url, text, len, why);
	if ((colon = scp_colon(text)) != NULL)
		return scp_parse(url, text, colon, why);
	url->protocol = URL_FILE;
	url->path = path_plain_apart(text);
	url->text = xstrdup(url->path);

	return 0;
}

int
url_parse(struct url *url, const char *text, const char **why)
{
	*url = (struct url){ 0 };
	if (any_parse(url, text, why) == 0 &&
	    /* it is going to stand in documents */
	    (utf8_valid(url->text) || refuse(why, "is not UTF-8") == 0))
		return 0;
	url_clear(url);

	return -1;
}
