#include "git/environment.h"
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

char **
environment_credential(const struct list *settings)
{
	struct entries env = { 0 };
	const char *value;
	char **entry;
	size_t i;

	for (entry = environ; *entry != NULL; entry++)
		if (!is_dropped(*entry))
			push(&env, xstrdup(*entry));
	for (i = 0; i < sizeof added / sizeof *added; i++)
		push(&env, xstrdup(added[i]));
	for (i = 0; i < settings->count; i++) {
		value = strchrnul(settings->items[i], '\n');
		push(&env,
		    xasprintf("GIT_CONFIG_KEY_%zu=%.*s", i,
			(int)(value - settings->items[i]), settings->items[i]));
		push(&env, xasprintf("GIT_CONFIG_VALUE_%zu=%s", i,
			       value + (*value != '\0')));
	}
	if (settings->count > 0)
		push(&env, xasprintf("GIT_CONFIG_COUNT=%zu", settings->count));
	push(&env, NULL);

	return env.items;
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
