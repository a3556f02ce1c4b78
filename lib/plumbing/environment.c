#include "plumbing/environment.h"
#include "base/alloc.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* git 2.39, environment.c: local_repo_env; what we set ourselves; and the
 * protocol, for libgit2 speaks version 0 alone. */
static const char *const dropped[] = { "GIT_ALTERNATE_OBJECT_DIRECTORIES",
	"GIT_CONFIG", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT",
	"GIT_OBJECT_DIRECTORY", "GIT_DIR", "GIT_WORK_TREE",
	"GIT_IMPLICIT_WORK_TREE", "GIT_GRAFT_FILE", "GIT_INDEX_FILE",
	"GIT_NO_REPLACE_OBJECTS", "GIT_REPLACE_REF_BASE", "GIT_PREFIX",
	"GIT_SHALLOW_FILE", "GIT_COMMON_DIR", "GIT_INTERNAL_SUPER_PREFIX",
	"GIT_NAMESPACE", "GIT_PROTOCOL", "GIT_TERMINAL_PROMPT", "GIT_ASKPASS",
	"SSH_ASKPASS", "SSH_ASKPASS_REQUIRE", "LC_ALL" };

/* An empty GIT_ASKPASS hides core.askPass and SSH_ASKPASS from git. */
static const char *const added[] = { "GIT_TERMINAL_PROMPT=0",
	"GIT_ASKPASS=", "SSH_ASKPASS_REQUIRE=never", "LC_ALL=C" };

/* The user's own word on git, with no repository in it; a name that ends with
 * "_" stands for all that begin so. */
static const char *const kept[] = { "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM",
	"GIT_CONFIG_NOSYSTEM", "GIT_ATTR_NOSYSTEM", "GIT_EXEC_PATH", "GIT_SSH",
	"GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_PROXY_COMMAND", "GIT_SSL_",
	"GIT_HTTP_", "GIT_LFS_" };

static bool
is_dropped(const char *entry)
{
	size_t i, len = strcspn(entry, "=");

	for (i = 0; i < sizeof dropped / sizeof *dropped; i++)
		if (strlen(dropped[i]) == len &&
		    memcmp(dropped[i], entry, len) == 0)
			return true;
	return strncmp(entry, "GIT_CONFIG_KEY_", 15) == 0 ||
	       strncmp(entry, "GIT_CONFIG_VALUE_", 17) == 0;
}

static bool
is_kept(const char *entry)
{
	size_t i, len;

	if (strncmp(entry, "GIT_", 4) != 0)
		return !is_dropped(entry);
	for (i = 0; i < sizeof kept / sizeof *kept; i++) {
		len = strlen(kept[i]);
		if (strncmp(entry, kept[i], len) == 0 &&
		    (kept[i][len - 1] == '_' || entry[len] == '='))
			return true;
	}

	return false;
}

struct entries {
	char **items;
	size_t count, cap;
};

static void
push(struct entries *env, char *entry)
{
	env->items =
	    xgrow(env->items, env->count, &env->cap, sizeof(*env->items));
	env->items[env->count++] = entry;
}

static void
push_settings(struct entries *env, const struct list *settings)
{
	const char *value;
	size_t i;

	for (i = 0; i < settings->count; i++) {
		value = strchrnul(settings->items[i], '\n');
		push(env,
		    xasprintf("GIT_CONFIG_KEY_%zu=%.*s", i,
			(int)(value - settings->items[i]), settings->items[i]));
		push(env, xasprintf("GIT_CONFIG_VALUE_%zu=%s", i,
			      value + (*value != '\0')));
	}
	if (settings->count > 0)
		push(env, xasprintf("GIT_CONFIG_COUNT=%zu", settings->count));
}

static char **
make(bool (*wanted)(const char *entry), const struct list *settings,
    const struct list *variables)
{
	struct entries env = { 0 };
	char **entry;
	size_t i;

	for (entry = environ; *entry != NULL; entry++)
		if (wanted(*entry))
			push(&env, xstrdup(*entry));
	for (i = 0; i < sizeof added / sizeof *added; i++)
		push(&env, xstrdup(added[i]));
	for (i = 0; variables != NULL && i < variables->count; i++)
		push(&env, xstrdup(variables->items[i]));
	push_settings(&env, settings);
	push(&env, NULL);

	return env.items;
}

static bool
is_outside(const char *entry)
{
	return !is_dropped(entry);
}

char **
environment_credential(const struct list *settings)
{
	return make(is_outside, settings, NULL);
}

char **
environment_repository(const struct list *settings,
    const struct list *variables)
{
	return make(is_kept, settings, variables);
}

char **
environment_outside(void)
{
	static const struct list none;

	return environment_credential(&none);
}

void
environment_free(char **env)
{
	char **entry;

	for (entry = env; *entry != NULL; entry++)
		free(*entry);
	free(env);
}
