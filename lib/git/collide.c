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

static enum collide_lies
look(const struct collide *collide, const char *path)
{
	char *full = xasprintf("%s/%s", collide->worktree, path);
	enum collide_lies lies = LIES_NOTHING;
	struct stat info;

	if (lstat(full, &info) == 0)
		lies = S_ISDIR(info.st_mode) ? LIES_FOLDER : LIES_OTHER;
	free(full);

	return lies;
}

static const char *look_inside(struct collide *collide, const char *path,
    int depth);

/* A repository of its own counts, be it empty. */
static const char *
look_at(struct collide *collide, const char *path, const char *name, int depth)
{
	char *below = xasprintf("%s/%s", path, name);
	const char *kind = NULL;

	if (strcmp(name, ".git") == 0)
		kind = found(collide, path);
	else if (look(collide, below) == LIES_FOLDER)
		kind = look_inside(collide, below, depth + 1);
	else if (!tracked(collide, below))
		kind = found(collide, below);
	free(below);

	return kind;
}

/* Anything in the folder that the index does not know; too deep counts. */
static const char *
look_inside(struct collide *collide, const char *path, int depth)
{
	char *full = xasprintf("%s/%s", collide->worktree, path);
	DIR *dir = opendir(full);
	const char *kind = NULL;
	struct dirent *entry;

	free(full);
	if (!dir || depth > DEPTH_MAX) {
		if (dir)
			closedir(dir);
		return found(collide, path);
	}
	while (!kind && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			kind = look_at(collide, path, entry->d_name, depth);
	closedir(dir);

	return kind;
}

/* The folders on the way to `path`, from the top: a link is not followed. At
 * `*end` the way ends: with nothing, or with something that is no folder. */
static enum collide_lies
look_above(struct collide *collide, const char *path, char **end)
{
	enum collide_lies lies = LIES_FOLDER;
	char *copy = xstrdup(path), *slash;

	*end = NULL;
	for (slash = strchr(copy, '/'); slash && lies == LIES_FOLDER;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		lies = look(collide, copy);
		if (lies != LIES_FOLDER)
			*end = xstrdup(copy);
		*slash = '/';
	}
	free(copy);

	return lies;
}

/* Paths come in the order of the tree: the folder was looked at just now. */
static enum collide_lies
look_way(struct collide *collide, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;

	if (len == 0)
		return LIES_FOLDER;
	if (collide->way && strlen(collide->way) == len &&
	    memcmp(collide->way, path, len) == 0)
		return collide->lies;
	free(collide->way);
	free(collide->end);
	collide->way = xstrndup(path, len);
	collide->lies = look_above(collide, path, &collide->end);

	return collide->lies;
}

bool
collide_there(struct collide *collide, const char *path)
{
	return collide->repo && look_way(collide, path) == LIES_FOLDER &&
	       look(collide, path) != LIES_NOTHING;
}

const char *
collide_find(struct collide *collide, const char *path, bool folder,
    const char **at)
{
	enum collide_lies way, lies;
	const char *kind = NULL;

	if (!collide->repo)
		return NULL;
	way = look_way(collide, path);
	if (way == LIES_OTHER && !tracked(collide, collide->end))
		kind = found(collide, collide->end);
	lies = way == LIES_FOLDER ? look(collide, path) : LIES_NOTHING;
	if (lies == LIES_FOLDER && !folder)
		kind = look_inside(collide, path, 0);
	else if (lies == LIES_OTHER && !tracked(collide, path))
		kind = found(collide, path);
	*at = collide->at;

	return kind;
}

void
collide_end(struct collide *collide)
{
	free(collide->at);
	free(collide->way);
	free(collide->end);
	git_index_free(collide->index);
	git_repository_free(collide->repo);
	*collide = (struct collide){ 0 };
}
