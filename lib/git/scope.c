#include "git/scope.h"
#include "base/alloc.h"
#include <stdlib.h>
#include <string.h>

static const char heads[] = "refs/heads/";

/* A linked worktree's git dir is elsewhere and has no other name. */
static char *
alias_of(const struct place *place, const char *named)
{
	if (place->linked)
		return NULL;
	if (!place->worktree)
		return xstrdup(named);

	return xasprintf("%s/.git", named);
}

void
scope_make(struct scope *scope, const struct place *place, const char *named,
    const struct gitconfig *urls)
{
	struct ref_dirs dirs = place_dirs(place);
	char oid[OID_SIZE], *target = NULL;

	*scope = (struct scope){ .alias = alias_of(place, named) };
	ref_read(&dirs, "HEAD", oid, &target);
	if (target && strncmp(target, heads, sizeof(heads) - 1) == 0)
		scope->branch = xstrdup(target + sizeof(heads) - 1);
	free(target);
	scope->asked = (struct gitconfig_scope){ .git_dir = place->git_dir,
		.alias = scope->alias,
		.branch = scope->branch,
		.urls = urls };
}

void
scope_clear(struct scope *scope)
{
	free(scope->alias);
	free(scope->branch);
	*scope = (struct scope){ 0 };
}
