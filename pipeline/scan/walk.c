#include "walk.h"
#include "base/alloc.h"
#include "json/utf8.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The folder asked for, while it is walked. */
struct top {
	struct walk *walk;
	size_t len; /* of its path */
};

/* The file type of an entry, 0 where there is none. */
static mode_t
type_of(int fd, const char *name, int flags)
{
	struct stat st;

	if (fstatat(fd, name, &st, flags) == -1)
		return 0;

	return st.st_mode & S_IFMT;
}

static mode_t
type_at(int fd, const char *name)
{
	return type_of(fd, name, AT_SYMLINK_NOFOLLOW);
}

/* A .git may be a link, as git has it: it is looked at, and not opened. */
static bool
is_checkout(int fd)
{
	mode_t git = type_of(fd, ".git", 0), head;

	if (git == S_IFDIR || git == S_IFREG)
		return true;
	head = type_at(fd, "HEAD");

	return (head == S_IFREG || head == S_IFLNK) &&
	       type_at(fd, "objects") == S_IFDIR &&
	       type_at(fd, "refs") == S_IFDIR;
}

/* C3: NULL, or why a fleet cannot hold the name. */
static const char *
unfit(const char *name)
{
	size_t len = strlen(name), got;
	uint32_t point;

	for (; len > 0; name += got, len -= got) {
		if ((got = utf8_read(name, len, &point)) == 0)
			return "not UTF-8";
		if (point < ' ' || point == 127)
			return "holds a control character";
	}

	return NULL;
}

/* One line of plain characters, whatever the path holds. */
static void
skip(struct walk *walk, const char *path, const char *reason)
{
	char *line = xasprintf("%s: skipped: %s", path, reason), *c;

	for (c = line; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	list_add(&walk->skipped, line);
	free(line);
}

static void
found_add(const struct top *top, const char *path)
{
	struct walk *walk = top->walk;
	struct checkout *checkout;

	if (map_get(&walk->by_path, path) != NULL) /* C2 */
		return;
	walk->found =
	    xgrow(walk->found, walk->count, &walk->cap, sizeof(*walk->found));
	checkout = &walk->found[walk->count++];
	checkout->path = xstrdup(path);
	checkout->below = checkout->path + top->len;
	while (*checkout->below == '/')
		checkout->below++;
	checkout->folder = walk->folder_count - 1;
	checkout->repo_key = NULL;
	map_put(&walk->by_path, checkout->path, checkout->path);
}

static void walk_into(const struct top *top, int fd, const char *path,
    int depth);

static void
walk_name(const struct top *top, int at, const char *name, const char *path,
    int depth)
{
	const char *why = unfit(name);
	int fd;

	if (why != NULL) {
		skip(top->walk, path, why);
		return;
	}
	fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		skip(top->walk, path, strerror(errno));
	else
		walk_into(top, fd, path, depth);
}

static bool
is_folder(int at, const struct dirent *entry)
{
	if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
		return false;
	if (entry->d_type == DT_UNKNOWN)
		return type_at(at, entry->d_name) == S_IFDIR;

	return entry->d_type == DT_DIR;
}

/* `fd` is closed. */
static void
walk_into(const struct top *top, int fd, const char *path, int depth)
{
	struct dirent *entry;
	char *below;
	DIR *dir;

	if (is_checkout(fd)) { /* C1 */
		found_add(top, path);
		close(fd);
		return;
	}
	if (type_at(fd, ".git") == S_IFLNK)
		skip(top->walk, path, ".git is a link that leads nowhere");
	if (depth > 0 && (dir = fdopendir(fd)) != NULL) {
		while ((entry = readdir(dir)) != NULL) {
			if (!is_folder(fd, entry))
				continue;
			below = xasprintf("%s/%s",
			    strcmp(path, "/") == 0 ? "" : path, entry->d_name);
			walk_name(top, fd, entry->d_name, below, depth - 1);
			free(below);
		}
		closedir(dir);
		return;
	}
	close(fd);
}

/* `find -name .git` may have made the list: the checkout is above. */
static void
git_strip(char *path)
{
	size_t len = strlen(path);

	if (len > 5 && strcmp(path + len - 5, "/.git") == 0)
		path[len - 5] = '\0';
}

int
walk_folder(struct walk *walk, const char *folder, struct err *err)
{
	char *path = realpath(folder, NULL);
	struct top top = { walk, 0 };
	const char *why;
	int fd = -1;

	if (path != NULL) {
		git_strip(path);
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (fd == -1) {
		err_sys(err, EX_DATAERR, "%s", folder);
		free(path);
		return -1;
	}
	walk->folder_count++;
	top.len = strlen(path);
	if ((why = unfit(path)) == NULL) {
		walk_into(&top, fd, path, walk->depth);
	} else {
		skip(walk, path, why);
		close(fd);
	}
	free(path);

	return 0;
}

void
walk_clear(struct walk *walk)
{
	size_t i;

	for (i = 0; i < walk->count; i++) {
		free(walk->found[i].path);
		free(walk->found[i].repo_key);
	}
	free(walk->found);
	list_clear(&walk->skipped);
	map_clear(&walk->by_path);
	*walk = (struct walk){ 0 };
}
