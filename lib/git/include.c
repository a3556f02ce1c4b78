#include "git/include.h"
#include "base/alloc.h"
#include "base/buf.h"
#include <fnmatch.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#define PATTERN_MAX 4096

static const char urls[] = "hasconfig:remote.*.url:";

/* What stands behind `prefix`, or NULL. */
static const char *
behind(const char *text, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(text, prefix, len) == 0 ? text + len : NULL;
}

static char *
home_of(const char *name, size_t len)
{
	const struct passwd *entry;
	char *user;

	if (len == 0)
		return getenv("HOME") ? xstrdup(getenv("HOME")) : NULL;
	user = xstrndup(name, len);
	entry = getpwnam(user);
	free(user);

	return entry ? xstrdup(entry->pw_dir) : NULL;
}

char *
include_home(const char *path)
{
	size_t len = strcspn(path, "/");
	char *home, *full;

	if (*path != '~')
		return xstrdup(path);
	home = home_of(path + 1, len - 1);
	if (!home)
		return NULL;
	full = xasprintf("%s%s", home, path + len);
	free(home);

	return full;
}

char *
include_path(const char *path, const char *from)
{
	const char *slash = strrchr(from, '/');

	if (*path == '~')
		return include_home(path);
	if (*path == '\0' || strncmp(path, "%(", 2) == 0)
		return NULL;
	if (*path != '/' && slash)
		return xasprintf("%.*s/%s", (int)(slash - from), from, path);

	return xstrdup(path);
}

/* One component of a path; fnmatch() knows what it may be made of. */
static bool
part_holds(const char *glob, size_t glob_len, const char *text, size_t len,
    bool fold)
{
	char *a = xstrndup(glob, glob_len), *b = xstrndup(text, len);
	bool holds = fnmatch(a, b, fold ? FNM_CASEFOLD : 0) == 0;

	free(a);
	free(b);

	return holds;
}

static const char *
next_part(const char *part)
{
	const char *end = strchrnul(part, '/');

	return *end == '\0' ? NULL : end + 1;
}

static bool
any_depth(const char *part)
{
	return strncmp(part, "**", 2) == 0 &&
	       (part[2] == '/' || part[2] == '\0');
}

/*
 * git's wildmatch with WM_PATHNAME: "**" stands for any number of components,
 * at the end for at least one. A "**" that fails takes one component more;
 * those before it need not be tried again.
 */
static bool
path_holds(const char *glob, const char *text, bool fold)
{
	const char *again = NULL, *from = NULL;

	while (text) {
		if (glob && any_depth(glob)) {
			again = glob = next_part(glob);
			if (!glob)
				return true;
			from = text;
			continue;
		}
		if (glob && part_holds(glob, strcspn(glob, "/"), text,
				strcspn(text, "/"), fold)) {
			glob = next_part(glob);
			text = next_part(text);
			if (glob || text)
				continue;
			return true;
		}
		if (!again)
			return false;
		glob = again;
		text = from = next_part(from);
	}

	return false;
}

static void
end_folder(struct buf *pattern)
{
	if (pattern->len > 0 && pattern->data[pattern->len - 1] == '/')
		buf_puts(pattern, "**");
}

/* Components that are no pattern of ours: a folder's real name. */
static void
put_plain(struct buf *pattern, const char *text)
{
	for (; *text != '\0'; text++) {
		if (strchr("*?[\\", *text))
			buf_putc(pattern, '\\');
		buf_putc(pattern, *text);
	}
}

/* The real name of the home, or of the folder that `from` is in. */
static bool
put_folder(struct buf *pattern, const char *from, const char *glob)
{
	const char *slash = strrchr(from, '/');
	char *folder, *real;

	if (*glob == '~')
		folder = home_of(glob + 1, strcspn(glob, "/") - 1);
	else
		folder = slash ? xstrndup(from, (size_t)(slash - from) + 1)
			       : xstrdup(".");
	real = folder ? realpath(folder, NULL) : NULL;
	if (real && strcmp(real, "/") != 0)
		put_plain(pattern, real);
	free(folder);
	if (!real)
		return false;
	free(real);
	buf_puts(pattern, *glob == '~' ? glob + strcspn(glob, "/") : glob + 1);

	return true;
}

static bool
gitdir_holds(const char *glob, const char *from,
    const struct gitconfig_scope *scope, bool fold)
{
	struct buf pattern = { 0 };
	bool holds = true;

	if (!scope->git_dir || strlen(glob) > PATTERN_MAX)
		return false;
	if (*glob == '~' || strncmp(glob, "./", 2) == 0)
		holds = put_folder(&pattern, from, glob);
	else if (*glob != '/')
		buf_printf(&pattern, "**/%s", glob);
	else
		buf_puts(&pattern, glob);
	end_folder(&pattern);
	if (holds)
		holds = path_holds(buf_text(&pattern), scope->git_dir, fold) ||
			(scope->alias &&
			    path_holds(buf_text(&pattern), scope->alias, fold));
	buf_clear(&pattern);

	return holds;
}

static bool
branch_holds(const char *glob, const struct gitconfig_scope *scope)
{
	struct buf pattern = { 0 };
	bool holds;

	if (!scope->branch || strlen(glob) > PATTERN_MAX)
		return false;
	buf_puts(&pattern, glob);
	end_folder(&pattern);
	holds = path_holds(buf_text(&pattern), scope->branch, false);
	buf_clear(&pattern);

	return holds;
}

static bool
is_remote_url(const char *key)
{
	size_t len = strlen(key);

	return behind(key, "remote.") && len > strlen("remote..url") &&
	       strcmp(key + len - 4, ".url") == 0;
}

static bool
urls_hold(const char *glob, const struct gitconfig_scope *scope)
{
	size_t i;

	if (!scope->urls || strlen(glob) > PATTERN_MAX)
		return false;
	for (i = 0; i < scope->urls->count; i++)
		if (is_remote_url(scope->urls->entries[i].key) &&
		    strlen(scope->urls->entries[i].value) <= PATTERN_MAX &&
		    path_holds(glob, scope->urls->entries[i].value, false))
			return true;

	return false;
}

bool
include_asks_urls(const char *condition)
{
	return behind(condition, urls) != NULL;
}

bool
include_holds(const char *condition, const char *from,
    const struct gitconfig_scope *scope)
{
	const char *glob;

	if (!scope)
		return false;
	if ((glob = behind(condition, "gitdir:")))
		return gitdir_holds(glob, from, scope, false);
	if ((glob = behind(condition, "gitdir/i:")))
		return gitdir_holds(glob, from, scope, true);
	if ((glob = behind(condition, "onbranch:")))
		return branch_holds(glob, scope);
	if ((glob = behind(condition, urls)))
		return urls_hold(glob, scope);

	return false;
}
