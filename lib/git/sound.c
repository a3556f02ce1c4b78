#include "git/sound.h"
#include "base/alloc.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* N1; a folder's name ends with a slash. */
static const char *const common_parts[] = { "objects/pack/",
	"objects/info/alternates", "refs/heads/", "refs/remotes/",
	"refs/hermes/rollback/", "logs/refs/heads/", "logs/refs/remotes/",
	"logs/HEAD", "packed-refs", NULL };
static const char *const own_parts[] = { "HEAD", "index", "logs/HEAD", NULL };

/* N2 */
static const char *const common_read[] = { "config", "info/attributes",
	"info/exclude", "objects/info/commit-graph",
	"objects/pack/multi-pack-index", "shallow", NULL };
static const char *const own_read[] = { "config.worktree", NULL };

static char *
fault(const char *path, mode_t mode)
{
	return xasprintf("%s is %s", path,
	    S_ISLNK(mode)   ? "a symbolic link"
	    : S_ISDIR(mode) ? "a folder"
	    : S_ISREG(mode) ? "no folder"
			    : "no file");
}

/* Each part of `path` below `dir`, as far as it is there. */
static char *
written_fault(const char *dir, const char *path)
{
	char *whole = xasprintf("%s/%s", dir, path), *found = NULL;
	char *part = whole + strlen(dir) + 1, *slash = part;
	struct stat st;
	bool folder = true;

	while (found == NULL && folder && *slash != '\0') {
		slash = strchr(slash, '/');
		folder = slash != NULL;
		if (folder)
			*slash = '\0';
		if (lstat(whole, &st) == -1)
			break;
		if (folder ? !S_ISDIR(st.st_mode) : !S_ISREG(st.st_mode))
			found = fault(part, st.st_mode);
		if (folder)
			*slash++ = '/';
	}
	free(whole);

	return found;
}

static char *
read_fault(const char *dir, const char *path)
{
	char *whole = xasprintf("%s/%s", dir, path), *found = NULL;
	struct stat st;

	if (stat(whole, &st) == 0 && !S_ISREG(st.st_mode))
		found = fault(path, st.st_mode);
	free(whole);

	return found;
}

static char *
first_fault(const char *dir, const char *const *paths,
    char *(*look)(const char *dir, const char *path))
{
	char *found = NULL;

	for (; found == NULL && *paths != NULL; paths++)
		found = look(dir, *paths);

	return found;
}

char *
sound_fault(const char *git_dir, const char *common_dir)
{
	char *found = first_fault(common_dir, common_parts, written_fault);

	if (found == NULL)
		found = first_fault(git_dir, own_parts, written_fault);
	if (found == NULL)
		found = first_fault(common_dir, common_read, read_fault);
	if (found == NULL)
		found = first_fault(git_dir, own_read, read_fault);

	return found;
}

char *
sound_ref_fault(const char *common_dir, const char *name)
{
	char *log = xasprintf("logs/%s", name);
	char *found = written_fault(common_dir, name);

	if (found == NULL)
		found = written_fault(common_dir, log);
	free(log);

	return found;
}
