#include "git/access.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "git/include.h"
#include "git/urlmatch.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* `key` is of http.*, and "path" one that may begin with "~". */
static const struct {
	const char *key;
	const char *variable; /* of the environment, which has the last word */
	bool path;
} settings[ACCESS_COUNT] = {
	[ACCESS_PROXY] = { "proxy", NULL, false },
	[ACCESS_PROXY_AUTH] = { "proxyauthmethod", "GIT_HTTP_PROXY_AUTHMETHOD",
	    false },
	[ACCESS_SSL_VERIFY] = { "sslverify", NULL, false },
	[ACCESS_CA_FILE] = { "sslcainfo", "GIT_SSL_CAINFO", true },
	[ACCESS_CA_PATH] = { "sslcapath", "GIT_SSL_CAPATH", true },
	[ACCESS_CERT] = { "sslcert", "GIT_SSL_CERT", true },
	[ACCESS_KEY] = { "sslkey", "GIT_SSL_KEY", true },
	[ACCESS_PINNED_KEY] = { "pinnedpubkey", NULL, true },
	[ACCESS_USER_AGENT] = { "useragent", "GIT_HTTP_USER_AGENT", false },
	[ACCESS_REDIRECTS] = { "followredirects", NULL, false },
	[ACCESS_VERSION] = { "version", NULL, false },
	[ACCESS_COOKIES] = { "cookiefile", NULL, true },
};

static const char extra_header[] = "extraheader";
static const char use_http_path[] = "usehttppath";

static const struct access none;
static const struct access *used = &none;

/* The best that was found so far, by setting and for the headers. */
struct search {
	struct access *access;
	const struct url *url;
	const char *remote;
	struct urlmatch best[ACCESS_COUNT + 1];
};

static void
set(struct access *access, enum access_name name, const char *value)
{
	free(access->values[name]);
	access->values[name] =
	    settings[name].path ? include_home(value) : xstrdup(value);
}

/* An empty one forgets those before it; a header is one line. */
static void
add_header(struct access *access, const char *value)
{
	const char *at;

	if (*value == '\0') {
		list_clear(&access->headers);
		return;
	}
	for (at = value; *at != '\0'; at++)
		if (iscntrl((unsigned char)*at) && *at != '\t')
			return;
	list_add(&access->headers, value);
}

/* What stands between "section." and ".name" (NULL: nothing), and the name. */
static const char *
split(const char *key, const char *section, char **between)
{
	size_t len = strlen(section);
	const char *name;

	*between = NULL;
	if (strncmp(key, section, len) != 0)
		return NULL;
	name = strrchr(key, '.') + 1;
	if (name > key + len)
		*between =
		    xstrndup(key + len, (size_t)(name - 1 - (key + len)));

	return name;
}

static void
note(struct search *search, size_t at, const struct urlmatch *match,
    const char *value)
{
	if (!urlmatch_holds(match, &search->best[at]))
		return;
	search->best[at] = *match;
	if (at == ACCESS_COUNT)
		add_header(search->access, value);
	else
		set(search->access, (enum access_name)at, value);
}

static void
look_http(struct search *search, const struct gitconfig_entry *entry)
{
	struct urlmatch match = { 0, 0 };
	char *pattern;
	const char *name = split(entry->key, "http.", &pattern);
	size_t i;

	if (name && (!pattern || urlmatch_find(&match, pattern, search->url))) {
		if (strcmp(name, extra_header) == 0)
			note(search, ACCESS_COUNT, &match, entry->value);
		for (i = 0; i < ACCESS_COUNT; i++)
			if (settings[i].key &&
			    strcmp(name, settings[i].key) == 0)
				note(search, i, &match, entry->value);
	}
	free(pattern);
}

/* git takes parts of URLs here, too: what is not understood asks once more
 * rather than once too few. */
static void
look_credential(struct search *search, const struct gitconfig_entry *entry,
    bool own)
{
	struct urlmatch match = { 0, 0 };
	char *pattern, *line;
	const char *name = split(entry->key, "credential.", &pattern);

	if (name && strcmp(name, use_http_path) == 0) {
		if (!pattern || urlmatch_find(&match, pattern, search->url))
			note(search, ACCESS_USE_HTTP_PATH, &match,
			    entry->value);
		else if (!strstr(pattern, "://"))
			set(search->access, ACCESS_USE_HTTP_PATH, "true");
	}
	if (name && (own || entry->conditional)) {
		line = xasprintf("%s\n%s", entry->key, entry->value);
		list_add(&search->access->credentials, line);
		free(line);
	}
	free(pattern);
}

static void
look(struct search *search, const struct gitconfig *config, bool own)
{
	size_t i;

	for (i = 0; config && i < config->count; i++) {
		const struct gitconfig_entry *entry = &config->entries[i];

		if (search->url->protocol == URL_SSH) {
			if (strcmp(entry->key, "core.sshcommand") == 0)
				set(search->access, ACCESS_SSH_COMMAND,
				    entry->value);
			continue;
		}
		look_http(search, entry);
		look_credential(search, entry, own);
	}
}

static void
look_remote(struct search *search, const struct gitconfig *config)
{
	const char *value =
	    config && search->remote
		? gitconfig_get_sub(config, "remote", search->remote, "proxy")
		: NULL;

	if (value)
		set(search->access, ACCESS_PROXY, value);
}

static void
look_environment(struct access *access)
{
	const char *value;
	size_t i;

	for (i = 0; i < ACCESS_COUNT; i++) {
		value =
		    settings[i].variable ? getenv(settings[i].variable) : NULL;
		if (value) {
			free(access->values[i]);
			access->values[i] = xstrdup(value);
		}
	}
	if (getenv("GIT_SSL_NO_VERIFY"))
		set(access, ACCESS_SSL_VERIFY, "false");
}

void
access_read(struct access *access, const struct gitconfig *user,
    const struct gitconfig *own, const struct url *url, const char *remote)
{
	struct search search = { .access = access,
		.url = url,
		.remote = remote };

	*access = (struct access){ 0 };
	if (!(url->protocol & (URL_HTTP | URL_HTTPS | URL_SSH)))
		return;
	look(&search, user, false);
	look(&search, own, true);
	if (url->protocol == URL_SSH)
		return;
	look_remote(&search, user);
	look_remote(&search, own);
	look_environment(access);
}

/* " N=VALUE", N being a letter. */
static void
put(struct buf *out, char letter, const char *value)
{
	if (out->len > 0)
		buf_putc(out, ' ');
	buf_putc(out, letter);
	for (; *value != '\0'; value++)
		if ((unsigned char)*value <= ' ' || *value == '%')
			buf_printf(out, "%%%02x", (unsigned char)*value);
		else
			buf_putc(out, *value);
}

#define LETTER 'a' /* of the first value; the others follow */
#define HEADER 'H'
#define CREDENTIAL 'C'

char *
access_text(const struct access *access)
{
	struct buf out = { 0 };
	size_t i;

	for (i = 0; i < ACCESS_COUNT; i++)
		if (access->values[i])
			put(&out, (char)(LETTER + i), access->values[i]);
	for (i = 0; i < access->headers.count; i++)
		put(&out, HEADER, access->headers.items[i]);
	for (i = 0; i < access->credentials.count; i++)
		put(&out, CREDENTIAL, access->credentials.items[i]);

	return buf_take(&out);
}

static char *
unescape(const char *text, size_t len)
{
	struct buf out = { 0 };
	char hex[3] = "";
	size_t i;

	for (i = 0; i < len; i++)
		if (text[i] == '%' && i + 2 < len) {
			memcpy(hex, text + i + 1, 2);
			buf_putc(&out, (char)strtol(hex, NULL, 16));
			i += 2;
		} else {
			buf_putc(&out, text[i]);
		}

	return buf_take(&out);
}

void
access_parse(struct access *access, const char *text)
{
	size_t len;
	char *value;

	*access = (struct access){ 0 };
	for (; *text != '\0'; text += len + (text[len] == ' ')) {
		len = strcspn(text, " ");
		if (len == 0)
			continue;
		value = unescape(text + 1, len - 1);
		if (*text == HEADER)
			list_add(&access->headers, value);
		else if (*text == CREDENTIAL)
			list_add(&access->credentials, value);
		else if (*text >= LETTER && *text < LETTER + ACCESS_COUNT &&
			 !access->values[*text - LETTER])
			access->values[*text - LETTER] = xstrdup(value);
		free(value);
	}
}

void
access_use(const struct access *access)
{
	used = access ? access : &none;
}

const struct access *
access_used(void)
{
	return used;
}

bool
access_true(const struct access *access, enum access_name name, bool otherwise)
{
	const char *value = access->values[name];

	return value ? gitconfig_true(value, otherwise) : otherwise;
}

void
access_clear(struct access *access)
{
	size_t i;

	for (i = 0; i < ACCESS_COUNT; i++)
		free(access->values[i]);
	list_clear(&access->headers);
	list_clear(&access->credentials);
	*access = (struct access){ 0 };
}
