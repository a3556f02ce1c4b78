#include "git/credential.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "git/access.h"
#include "git/keyring.h"
#include "git/patience.h"
#include "plumbing/environment.h"
#include "proc/child.h"
#include <stdlib.h>
#include <string.h>

#define ASK_MS 10000

static char *
line_value(const struct buf *lines, const char *name)
{
	const char *line = buf_text(lines);
	size_t len = strlen(name);

	for (;;) {
		const char *end = strchrnul(line, '\n');

		if (strncmp(line, name, len) == 0 && line[len] == '=')
			return xstrndup(line + len + 1,
			    (size_t)(end - line) - len - 1);
		if (*end == '\0')
			return NULL;
		line = end + 1;
	}
}

/* What git is told to look for. The caller's. */
static char *
question(const struct url *url)
{
	struct buf text = { 0 };

	buf_printf(&text,
	    strchr(url->host, ':') ? "protocol=%s\nhost=[%s]"
				   : "protocol=%s\nhost=%s",
	    url_protocol_name(url->protocol), url->host);
	if (url->port)
		buf_printf(&text, ":%d", url->port);
	buf_printf(&text, "\npath=%s\n\n", url->path + strspn(url->path, "/"));

	return buf_take(&text);
}

/* What makes one answer good for another question. The caller's. */
static char *
key_of(const struct url *url)
{
	const struct access *access = access_used();
	bool by_path = access_true(access, ACCESS_USE_HTTP_PATH, false);
	struct buf key = { 0 };
	size_t i;

	buf_printf(&key, "%s\n%s\n%d\n%s", url_protocol_name(url->protocol),
	    url->host, url->port, by_path ? url->path : "");
	for (i = 0; i < access->credentials.count; i++)
		buf_printf(&key, "\n%s", access->credentials.items[i]);

	return buf_take(&key);
}

static void
ask(struct credential *credential, const struct url *url)
{
	const char *argv[] = { "git", "credential", "fill", NULL };
	char *input = question(url);
	char **env = environment_credential(&access_used()->credentials);
	struct child_options options = { .argv = argv,
		.env = (const char *const *)env,
		.cwd = "/",
		.input = input,
		.input_len = strlen(input),
		.deadline_ms = patience_left_ms(ASK_MS) + 1,
		.grace_ms = 200,
		.output_max = 16384,
		.subreaper = true };
	struct child_result result = { 0 };
	struct err err;

	if (child_run(&options, &result, &err) == 0 && result.exit_code == 0) {
		credential->user = line_value(&result.out, "username");
		credential->password = line_value(&result.out, "password");
	}
	if (result.out.data != NULL)
		explicit_bzero(result.out.data, result.out.cap);
	child_result_clear(&result);
	environment_free(env);
	free(input);
}

static enum credential_found
take(struct credential *credential, const struct keyring_entry *entry)
{
	credential->user = xstrdup(entry->user);
	credential->password = xstrdup(entry->password);

	return CREDENTIAL_FOUND;
}

enum credential_found
credential_fill(struct credential *credential, const struct url *url)
{
	struct keyring_entry entry;
	enum credential_found found = CREDENTIAL_NONE;

	credential_clear(credential);
	credential->key = key_of(url);
	switch (keyring_get(credential->key, &entry)) {
	case KEYRING_ASK:
		ask(credential, url);
		keyring_put(credential->key, credential->user,
		    credential->password);
		if (credential->user && credential->password)
			return CREDENTIAL_FOUND;
		break;
	case KEYRING_FOUND:
		found = take(credential, &entry);
		explicit_bzero(&entry, sizeof(entry));
		return found;
	case KEYRING_REFUSED:
		found = CREDENTIAL_REFUSED;
		break;
	case KEYRING_NONE:
	case KEYRING_BUSY:
		break;
	}
	credential_clear(credential);

	return found;
}

void
credential_judge(const struct credential *credential, bool taken)
{
	if (credential->key)
		keyring_judge(credential->key, taken);
}

void
credential_clear(struct credential *credential)
{
	if (credential->password != NULL)
		explicit_bzero(credential->password,
		    strlen(credential->password));
	free(credential->user);
	free(credential->password);
	free(credential->key);
	*credential = (struct credential){ 0 };
}
