#include "git/collide.h"
#include "base/alloc.h"
#include "git/lg.h"
#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DEPTH_MAX 64

int
collide_begin(struct collide *collide, const char *worktree, struct err *err)
{
	if (!worktree)
		return 0;
	collide->worktree = worktree;
	if (lg_open(&collide->repo, worktree, err) == -1)
		return -1;
	if (git_repository_index(&collide->index, collide->repo) < 0)
		return lg_err(err, EX_DATAERR, "%s: index", worktree);

	return 0;
}

static bool
tracked(const struct collide *collide, const char *path)
{
	return git_index_get_bypath(collide->index, path, 0) != NULL;
}

static const char *
found(struct collide *collide, const char *path)
{
	int ignored = 0;

	free(collide->at);
	collide->at = xstrdup(path);
	if (git_ignore_path_is_ignored(&ignored, collide->repo, path) < 0)
		ignored = 0;

	return ignored ? "ignored" : "untracked";
}

/* 1 a folder, 0 something else, -1 nothing. */
static int
look(const struct collide *collide, const char *path)
{
	char *full = xasprintf("%s/%s", collide->worktree, path);
	struct stat info;
	int rc = -1;

	if (lstat(full, &info) == 0)
		rc = S_ISDIR(info.st_mode);
	free(full);

	return rc;
}

/* Anything in the folder that the index does not know; too deep counts. */
static const char *
look_inside(struct collide *collide, const char *path, int depth)
{
	char *full = xasprintf("%s/%s", collide->worktree, path);
	DIR *dir = opendir(full);
	const char *kind = NULL;
	struct dirent *entry;
	char *below;

	free(full);
	if (!dir || depth > DEPTH_MAX) {
		if (dir)
			closedir(dir);
		return found(collide, path);
	}
	while (!kind && (entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		below = xasprintf("%s/%s", path, entry->d_name);
		if (look(collide, below) == 1)
			kind = look_inside(collide, below, depth + 1);
		else if (!tracked(collide, below))
			kind = found(collide, below);
		free(below);
	}
	closedir(dir);

	return kind;
}

/* The folders on the way to `path`: something else may stand there. */
static const char *
look_above(struct collide *collide, const char *path)
{
	char *copy = xstrdup(path);
	const char *kind = NULL;
	char *slash;
	int what = 1;

	for (slash = strchr(copy, '/'); slash && what == 1;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		what = look(collide, copy);
		if (what == 0 && !tracked(collide, copy))
			kind = found(collide, copy);
		*slash = '/';
	}
	free(copy);

	return kind;
}

const char *
collide_find(struct collide *collide, const char *path, const char **at)
{
	const char *kind = NULL;
	int what;

	if (!collide->repo)
		return NULL;
	what = look(collide, path);
	if (what == 1)
		kind = look_inside(collide, path, 0);
	else if (what == 0 && !tracked(collide, path))
		kind = found(collide, path);
	else if (what == -1)
		kind = look_above(collide, path);
	*at = collide->at;

	return kind;
}

void
collide_end(struct collide *collide)
{
	free(collide->at);
	git_index_free(collide->index);
	git_repository_free(collide->repo);
	*collide = (struct collide){ 0 };
}
