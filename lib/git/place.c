#include "git/place.h"
#include "base/alloc.h"
#include "git/closed.h"
#include "git/file.h"
#include "git/scope.h"
#include "git/sound.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define POINTER_MAX 8192 /* of a .git file, commondir, gitdir */

/* Always -1: the place is judged. */
static int
judge(struct place *place, const char *reason, char *detail)
{
	place->reason = reason;
	place->detail = detail;

	return -1;
}

static bool
is_folder(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static bool
has(const char *folder, const char *name, bool want_folder)
{
	char *path = xasprintf("%s/%s", folder, name);
	struct stat info;
	bool found;

	found = lstat(path, &info) == 0 &&
		(want_folder ? is_folder(path) : !S_ISDIR(info.st_mode));
	free(path);

	return found;
}

/* One line of a file, `strip` cut off its front; NULL where it is not so. */
static char *
pointer(const char *folder, const char *name, const char *strip)
{
	char *path = xasprintf("%s/%s", folder, name);
	struct buf text = { 0 };
	char *line = NULL;
	size_t len = strlen(strip);

	if (file_read(path, POINTER_MAX, &text) == 1 &&
	    strncmp(text.data, strip, len) == 0) {
		while (text.len > len &&
		       isspace((unsigned char)text.data[text.len - 1]))
			text.data[--text.len] = '\0';
		if (text.len > len)
			line = xstrdup(text.data + len);
	}
	buf_clear(&text);
	free(path);

	return line;
}

/* The real path of `path` as seen from `folder`; NULL: it is not there. */
static char *
resolve(const char *folder, const char *path)
{
	char *full =
	    *path == '/' ? xstrdup(path) : xasprintf("%s/%s", folder, path);
	char *real = realpath(full, NULL);

	free(full);

	return real;
}

static bool
same(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

/* The git dir of the worktree at `real`, or of a bare repository there. */
static int
find_git_dir(struct place *place, char *real)
{
	char *dot_git = xasprintf("%s/.git", real);
	char *target = NULL;
	struct stat info;

	if (lstat(dot_git, &info) == -1) {
		free(dot_git);
		place->bare = true;
		place->git_dir = real;
		return 0;
	}
	place->worktree = real;
	if (S_ISREG(info.st_mode)) {
		free(dot_git);
		target = pointer(real, ".git", "gitdir: ");
		if (!target)
			return judge(place, "not-a-repo",
			    xstrdup(".git is a file that names no folder"));
		place->git_dir = resolve(real, target);
		if (!place->git_dir)
			judge(place, "moved",
			    xasprintf("%s is gone, .git names it", target));
		free(target);
		return place->git_dir ? 0 : -1;
	}
	place->git_dir =
	    S_ISLNK(info.st_mode) ? realpath(dot_git, NULL) : xstrdup(dot_git);
	free(dot_git);
	if (!place->git_dir || !is_folder(place->git_dir))
		return judge(place, "not-a-repo",
		    xstrdup(".git is neither a folder nor a file"));

	return 0;
}

static int
find_common_dir(struct place *place)
{
	char *target = pointer(place->git_dir, "commondir", "");
	struct stat info;

	place->linked = target != NULL;
	place->common_dir =
	    target ? resolve(place->git_dir, target) : xstrdup(place->git_dir);
	if (!place->common_dir)
		judge(place, "moved",
		    xasprintf("%s is gone, commondir names it", target));
	free(target);
	if (place->reason)
		return -1;
	if (!has(place->git_dir, "HEAD", false) ||
	    !has(place->common_dir, "objects", true) ||
	    !has(place->common_dir, "refs", true))
		return judge(place, "not-a-repo",
		    place->bare ? NULL : xstrdup(".git lacks HEAD or objects"));
	if (stat(place->common_dir, &info) == -1)
		return judge(place, "not-a-repo", xstrdup(strerror(errno)));
	place->device = info.st_dev;
	place->inode = info.st_ino;

	return 0;
}

static int
check_owner(struct place *place, const char *path, unsigned flags)
{
	struct stat info;

	if (!path)
		return 0;
	if (lstat(path, &info) == -1)
		return judge(place, "foreign-owner",
		    xasprintf("%s: %s", path, strerror(errno)));
	if (info.st_uid == geteuid() ||
	    ((flags & PLACE_UPSTREAM) && info.st_uid == 0))
		return 0;

	return judge(place, "foreign-owner",
	    xasprintf("%s is owned by uid %u", path, (unsigned)info.st_uid));
}

/* What git reads in a repository of either version. */
static bool
old_extension(const char *name)
{
	return strcmp(name, "noop") == 0 || strcmp(name, "partialclone") == 0 ||
	       strcmp(name, "preciousobjects") == 0 ||
	       strcmp(name, "worktreeconfig") == 0;
}

/* What it reads in one of version 1 alone. */
static bool
new_extension(const char *name, const char *value)
{
	if (strcmp(name, "objectformat") == 0)
		return strcmp(value, "sha1") == 0;
	if (strcmp(name, "refstorage") == 0)
		return strcmp(value, "files") == 0;

	return strcmp(name, "noop-v1") == 0;
}

/* In a repository of version 0 git obeys the old ones, will have nothing to do
 * with a new one that it knows, and does not look at others. */
static int
check_extension(struct place *place, const char *name, const char *value,
    bool versioned)
{
	place->partial |= strcmp(name, "partialclone") == 0;
	if (old_extension(name) || (versioned && new_extension(name, value)))
		return 0;
	if (!versioned && strcmp(name, "objectformat") != 0 &&
	    strcmp(name, "noop-v1") != 0)
		return 0;

	return judge(place, "unsupported-format",
	    xasprintf("extensions.%.40s = %.40s%s", name, value,
		versioned ? "" : ", in a repository of version 0"));
}

static int
check_extensions(struct place *place)
{
	const struct gitconfig *config = &place->config;
	const char *version;
	size_t i;

	version = gitconfig_get(config, "core.repositoryformatversion");
	if (version && strcmp(version, "0") != 0 && strcmp(version, "1") != 0)
		return judge(place, "unsupported-format",
		    xasprintf("core.repositoryformatversion %.16s", version));
	for (i = 0; i < config->count; i++)
		if (strncmp(config->entries[i].key, "extensions.", 11) == 0 &&
		    check_extension(place, config->entries[i].key + 11,
			config->entries[i].value,
			version && strcmp(version, "1") == 0) == -1)
			return -1;
	if (has(place->common_dir, "reftable", true))
		return judge(place, "unsupported-format", xstrdup("reftable"));

	return 0;
}

/* core.worktree may only say what is so: submodules carry it. */
static int
check_worktree(struct place *place)
{
	const char *value = gitconfig_get(&place->config, "core.worktree");
	char *real;
	bool held;

	if (!value || place->linked)
		return 0;
	real = resolve(place->git_dir, value);
	held = real && place->worktree && strcmp(real, place->worktree) == 0;
	free(real);

	return held ? 0
		    : judge(place, "unsupported-format",
			  xstrdup("core.worktree names another folder"));
}

static bool
ends_with(const char *text, const char *tail)
{
	size_t len = strlen(text), tail_len = strlen(tail);

	return len >= tail_len && strcmp(text + len - tail_len, tail) == 0;
}

/* extensions.worktreeConfig: sparse-checkout puts its settings there, and
 * only those are known not to matter to libgit2, which reads none of it. */
static int
check_worktree_config(struct place *place, const struct gitconfig *own)
{
	const char *key;
	size_t i;

	for (i = 0; i < own->count; i++) {
		key = own->entries[i].key;
		if (strncmp(key, "core.sparse", 11) != 0 &&
		    strcmp(key, "index.sparse") != 0 &&
		    strcmp(key, "core.bare") != 0)
			return judge(place, "unsupported-format",
			    xasprintf("config.worktree sets %.60s", key));
	}

	return 0;
}

/* libgit2 would go by the one where git goes by the other. */
static int
check_bare_twice(struct place *place, const struct gitconfig *own)
{
	bool bare = gitconfig_bool(&place->config, "core.bare", false);

	if (place->linked || gitconfig_bool(own, "core.bare", bare) == bare)
		return 0;

	return judge(place, "unsupported-format",
	    xasprintf("core.bare is %s in config.worktree, and not in config",
		bare ? "false" : "true"));
}

static int
read_worktree_config(struct place *place, unsigned flags)
{
	struct gitconfig own = { 0 };
	char *path;
	int rc;

	if (!gitconfig_bool(&place->config, "extensions.worktreeconfig", false))
		return 0;
	path = xasprintf("%s/config.worktree", place->git_dir);
	rc = gitconfig_read(&own, path, NULL);
	free(path);
	if (rc == -1)
		judge(place, "unsupported-format",
		    xstrdup("config.worktree is no configuration"));
	else if (check_worktree_config(place, &own) == -1 ||
		 (!(flags & PLACE_UPSTREAM) &&
		     check_bare_twice(place, &own) == -1))
		rc = -1;
	place->sparse |= gitconfig_bool(&own, "core.sparsecheckout", false);
	gitconfig_clear(&own);

	return rc;
}

/* Read again, now that it is known to ask what repository this is. */
static int
read_conditional(struct place *place, const char *path, const char *named)
{
	struct scope scope;
	int rc;

	scope_make(&scope, place, named, NULL);
	gitconfig_clear(&place->config);
	rc = gitconfig_read(&place->config, path, &scope.asked);
	scope_clear(&scope);

	return rc;
}

static int
read_config(struct place *place, const char *named, unsigned flags)
{
	char *path = xasprintf("%s/config", place->common_dir);
	size_t i;
	int rc;

	rc = gitconfig_read(&place->config, path, NULL);
	if (rc == 1 && place->config.conditional)
		rc = read_conditional(place, path, named);
	free(path);
	if (rc == -1)
		return judge(place, "unsupported-format",
		    xstrdup("config is no configuration"));
	if (check_extensions(place) == -1 || check_worktree(place) == -1 ||
	    read_worktree_config(place, flags) == -1)
		return -1;
	place->sparse |=
	    gitconfig_bool(&place->config, "core.sparsecheckout", false);
	for (i = 0; i < place->config.count; i++)
		if (ends_with(place->config.entries[i].key, ".promisor") &&
		    strcasecmp(place->config.entries[i].value, "true") == 0)
			place->partial = true;

	return 0;
}

static int
read_index(struct place *place)
{
	char *path = xasprintf("%s/index", place->git_dir);
	int rc = indexfile_read(&place->index, path);

	free(path);
	if (rc == -1)
		return judge(place, "corrupt", xstrdup("the index is damaged"));
	if (place->index.split)
		return judge(place, "unsupported-format",
		    xstrdup("split index"));
	if (place->index.sparse)
		return judge(place, "unsupported-format",
		    xstrdup("sparse index"));
	if (place->index.unknown)
		return judge(place, "unsupported-format",
		    xstrdup("the index needs an unknown extension"));

	return 0;
}

/*
 * A bare repository has no index: one that has is the git dir of somebody's
 * worktree, and a branch that moved alone would leave the files behind.
 */
static int
check_bare(struct place *place)
{
	if (!place->bare || !has(place->git_dir, "index", false))
		return 0;

	return judge(place, "unsupported-format",
	    xstrdup(place->worktree
			? "core.bare is true in a checkout"
			: "bare, with the index of a worktree elsewhere"));
}

static bool
is_below(const char *path, const char *folder)
{
	size_t len = folder ? strlen(folder) : 0;

	return len > 0 && strncmp(path, folder, len) == 0 && path[len] == '/';
}

/* Is the git dir one that another folder has as its .git? */
static int
check_borrowed(struct place *place)
{
	size_t len = strlen(place->git_dir);
	char *holder;
	bool own;

	if (!place->worktree || place->linked || len < 6 ||
	    strcmp(place->git_dir + len - 5, "/.git") != 0)
		return 0;
	holder = xstrndup(place->git_dir, len - 5);
	own = same(holder, place->worktree);
	if (!own)
		judge(place, "moved",
		    xasprintf("its git dir is of %s", holder));
	free(holder);

	return own ? 0 : -1;
}

static int
check_sound(struct place *place)
{
	char *fault = sound_fault(place->git_dir, place->common_dir);

	return fault ? judge(place, "unsupported-format", fault) : 0;
}

/* A linked worktree's git dir says where its worktree was left. */
static int
check_moved(struct place *place)
{
	char *back, *here;
	bool held;

	if (!place->linked || !place->worktree)
		return 0;
	back = pointer(place->git_dir, "gitdir", "");
	here = xasprintf("%s/.git", place->worktree);
	held = back && same(back, here);
	if (!held)
		judge(place, "moved",
		    xasprintf("its git dir says %s", back ? back : "nowhere"));
	free(back);
	free(here);

	return held ? 0 : -1;
}

static int
find_folder(const char *path, struct place *place, char **real)
{
	struct stat info;

	if (stat(path, &info) == -1)
		return judge(place,
		    errno == EACCES ? "foreign-owner" : "missing",
		    errno == ENOENT ? NULL : xstrdup(strerror(errno)));
	if (!S_ISDIR(info.st_mode))
		return judge(place, "not-a-repo", xstrdup("no folder"));
	*real = realpath(path, NULL);
	if (!*real)
		return judge(place, "missing", xstrdup(strerror(errno)));

	return 0;
}

static void
find(struct place *place, const char *path, const char *self, unsigned flags)
{
	char *real = NULL;

	if (find_folder(path, place, &real) == -1 ||
	    find_git_dir(place, real) == -1 || find_common_dir(place) == -1 ||
	    check_owner(place, place->worktree, flags) == -1 ||
	    check_owner(place, place->git_dir, flags) == -1 ||
	    (place->linked &&
		check_owner(place, place->common_dir, flags) == -1) ||
	    read_config(place, path, flags) == -1)
		return;
	place->bare |= gitconfig_bool(&place->config, "core.bare", false) &&
		       !place->linked;
	if (flags & PLACE_UPSTREAM)
		return;
	if (check_borrowed(place) == -1 || check_sound(place) == -1)
		return;
	if (flags & PLACE_RECOVER)
		return;
	if (check_bare(place) == -1 ||
	    (!place->bare && read_index(place) == -1))
		return;
	if (self && is_below(self, place->worktree))
		judge(place, "self", NULL);
	else
		check_moved(place);
}

/* Is it judged by something that could not be read? */
static bool
unread(const struct place *place)
{
	return place->reason && place->git_dir &&
	       (strcmp(place->reason, "not-a-repo") == 0 ||
		   strcmp(place->reason, "unsupported-format") == 0 ||
		   strcmp(place->reason, "corrupt") == 0);
}

void
place_find(struct place *place, const char *path, const char *self,
    unsigned flags)
{
	struct ref_dirs dirs;
	char *closed;

	find(place, path, self, flags);
	if (!unread(place))
		return;
	dirs = place_dirs(place);
	closed = closed_to_read(&dirs);
	if (!closed)
		return;
	free(place->detail);
	judge(place, "foreign-owner", closed);
}

struct ref_dirs
place_dirs(const struct place *place)
{
	return (struct ref_dirs){ place->git_dir, place->common_dir };
}

void
place_clear(struct place *place)
{
	free(place->detail);
	free(place->worktree);
	free(place->git_dir);
	free(place->common_dir);
	gitconfig_clear(&place->config);
	indexfile_clear(&place->index);
	*place = (struct place){ 0 };
}
