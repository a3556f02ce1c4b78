#include "git/rewrite.h"
#include "base/alloc.h"
#include <stdlib.h>
#include <string.h>

static const char section[] = "url.";
static const char name[] = ".insteadof";

static void
read_below(struct gitconfig *config, const struct gitconfig_scope *scope,
    const char *folder, const char *file)
{
	char *path = xasprintf("%s/%s", folder, file);

	gitconfig_read(config, path, scope);
	free(path);
}

void
rewrite_user_config(struct gitconfig *config,
    const struct gitconfig_scope *scope)
{
	const char *system = getenv("GIT_CONFIG_SYSTEM");
	const char *global = getenv("GIT_CONFIG_GLOBAL");
	const char *xdg = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");

	if (!getenv("GIT_CONFIG_NOSYSTEM"))
		gitconfig_read(config, system ? system : "/etc/gitconfig",
		    scope);
	if (global) {
		gitconfig_read(config, global, scope);
		return;
	}
	if (xdg && *xdg != '\0')
		read_below(config, scope, xdg, "git/config");
	else if (home)
		read_below(config, scope, home, ".config/git/config");
	if (home)
		read_below(config, scope, home, ".gitconfig");
}

/* The base of a rule's key, or NULL; its length in *len. */
static const char *
base_of(const struct gitconfig_entry *entry, size_t *len)
{
	size_t key = strlen(entry->key), front = sizeof(section) - 1;
	size_t back = sizeof(name) - 1;

	if (key <= front + back || strncmp(entry->key, section, front) != 0 ||
	    strcmp(entry->key + key - back, name) != 0)
		return NULL;
	*len = key - front - back;

	return entry->key + front;
}

struct best {
	const char *base;
	size_t base_len;
	size_t prefix_len;
};

static void
find(struct best *best, const struct gitconfig *config, const char *url)
{
	const char *base;
	size_t i, len, prefix;

	for (i = 0; i < config->count; i++) {
		base = base_of(&config->entries[i], &len);
		prefix = strlen(config->entries[i].value);
		if (!base || prefix <= best->prefix_len ||
		    strncmp(url, config->entries[i].value, prefix) != 0)
			continue;
		*best = (struct best){ base, len, prefix };
	}
}

char *
rewrite_url(const struct gitconfig *user, const struct gitconfig *own,
    const char *url)
{
	struct best best = { 0 };

	find(&best, user, url);
	if (own)
		find(&best, own, url);
	if (!best.base)
		return xstrdup(url);

	return xasprintf("%.*s%s", (int)best.base_len, best.base,
	    url + best.prefix_len);
}
