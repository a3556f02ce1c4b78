#include "git/odd.h"
#include "base/alloc.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* By number, for any name of it: on Linux it is 1:3. */
static bool
is_null(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

bool
odd_is(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISREG(st.st_mode) &&
	       !S_ISDIR(st.st_mode) && !is_null(&st);
}

const char *
odd_setting(git_repository *repo)
{
	static const char *const names[] = { "core.attributesFile",
		"core.excludesFile", NULL };
	const char *const *name, *found = NULL;
	git_config *config = NULL;
	git_buf path = { 0 };

	if (git_repository_config_snapshot(&config, repo) < 0)
		return NULL;
	for (name = names; found == NULL && *name != NULL; name++) {
		if (git_config_get_path(&path, config, *name) == 0 &&
		    odd_is(path.ptr))
			found = *name;
		git_buf_dispose(&path);
	}
	git_config_free(config);

	return found;
}

/* Of one folder; `folder` ends with a slash, or is empty. */
static char *
in_folder(const char *worktree, const char *folder, size_t len)
{
	static const char *const names[] = { ".gitignore", ".gitattributes" };
	char *path, *found = NULL;
	size_t i;

	for (i = 0; found == NULL && i < sizeof(names) / sizeof(*names); i++) {
		path = xasprintf("%s/%.*s%s", worktree, (int)len, folder,
		    names[i]);
		if (odd_is(path))
			found = xasprintf("%s is no file",
			    path + strlen(worktree) + 1);
		free(path);
	}

	return found;
}

/* A folder's files stand together, with those of the folders below between. */
static char *
in_folders(git_index *index, const char *worktree)
{
	char *found = in_folder(worktree, "", 0);
	const char *path, *slash, *last = "";
	size_t i, count = git_index_entrycount(index), len, last_len = 0;

	for (i = 0; found == NULL && i < count; i++) {
		path = git_index_get_byindex(index, i)->path;
		slash = strrchr(path, '/');
		len = slash != NULL ? (size_t)(slash + 1 - path) : 0;
		if (len == 0 ||
		    (len == last_len && memcmp(path, last, len) == 0))
			continue;
		found = in_folder(worktree, path, len);
		last = path;
		last_len = len;
	}

	return found;
}

char *
odd_file(git_repository *repo, const char *worktree)
{
	const char *name = odd_setting(repo);
	git_index *index = NULL;
	char *found = NULL;

	if (name != NULL)
		return xasprintf("%s names no file", name);
	if (git_repository_index(&index, repo) == 0)
		found = in_folders(index, worktree);
	git_index_free(index);

	return found;
}
