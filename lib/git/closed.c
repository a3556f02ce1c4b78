#include "git/closed.h"
#include "base/alloc.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_MAX_AT_ONCE 16

static bool
may_not(const char *path, int mode)
{
	return faccessat(AT_FDCWD, path, mode, AT_EACCESS) == -1 &&
	       errno == EACCES;
}

/* With its owner, where that is another. */
static char *
denied(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == -1 || st.st_uid == geteuid())
		return xasprintf("%s: %s", path, strerror(EACCES));

	return xasprintf("%s is owned by uid %u: %s", path, (unsigned)st.st_uid,
	    strerror(EACCES));
}

/* nftw(3) hands nothing through. */
static char *found;

static int
look(const char *path, const struct stat *st, int type, struct FTW *level)
{
	(void)st;
	(void)level;
	if (type == FTW_DNR || type == FTW_NS ||
	    (type == FTW_D && may_not(path, X_OK)) ||
	    (type == FTW_F && may_not(path, R_OK)))
		found = denied(path);

	return found != NULL;
}

static char *
below(const char *folder)
{
	found = NULL;
	nftw(folder, look, OPEN_MAX_AT_ONCE, FTW_PHYS);

	return found;
}

char *
closed_to_read(const struct ref_dirs *dirs)
{
	char *closed = dirs->git_dir ? below(dirs->git_dir) : NULL;

	if (!closed && dirs->common_dir &&
	    strcmp(dirs->common_dir, dirs->git_dir) != 0)
		closed = below(dirs->common_dir);

	return closed;
}

/* What is not there is made in a folder that is asked for itself. */
static char *
unwritable(const char *dir, const char *name)
{
	char *path = xasprintf("%s/%s", dir, name);
	char *closed = may_not(path, W_OK) ? denied(path) : NULL;

	free(path);

	return closed;
}

/* Linux lets nobody but its owner link to a file that he may not write to
 * (fs.protected_hardlinks). */
static char *
unlinkable(const char *dir, const char *name)
{
	char *path = xasprintf("%s/%s", dir, name), *closed = NULL;
	struct stat st;

	if (lstat(path, &st) == 0 && st.st_uid != geteuid() &&
	    may_not(path, W_OK))
		closed = xasprintf("%s is owned by uid %u", path,
		    (unsigned)st.st_uid);
	free(path);

	return closed;
}

static char *
of_branch(const char *common_dir, const char *branch)
{
	char *ref = xasprintf("refs/heads/%s", branch);
	char *log = xasprintf("logs/%s", ref);
	char *closed = unwritable(common_dir, log);

	*strrchr(ref, '/') = '\0';
	*strrchr(log, '/') = '\0';
	if (!closed)
		closed = unwritable(common_dir, ref);
	if (!closed)
		closed = unwritable(common_dir, log);
	free(log);
	free(ref);

	return closed;
}

char *
closed_to_write(const struct ref_dirs *dirs, const char *branch)
{
	static const char *const own[] = { ".", "hermes", "logs/HEAD", NULL };
	static const char *const common[] = { ".", "objects", "objects/pack",
		"refs", "refs/hermes", "refs/hermes/rollback", "logs", NULL };
	const char *const *name;
	char *closed = unlinkable(dirs->git_dir, "index");

	for (name = own; !closed && *name; name++)
		closed = unwritable(dirs->git_dir, *name);
	for (name = common; !closed && *name; name++)
		closed = unwritable(dirs->common_dir, *name);
	if (!closed && branch)
		closed = of_branch(dirs->common_dir, branch);

	return closed;
}
