#include "prune.h"
#include "base/alloc.h"
#include "folder.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLDER "refs/hermes/rollback"

struct tokens {
	int64_t *list; /* owned */
	size_t count, cap;
};

static int
falling(const void *a, const void *b)
{
	int64_t one = *(const int64_t *)a, two = *(const int64_t *)b;

	return (one < two) - (one > two);
}

static void
take(struct tokens *tokens, const char *name)
{
	if (*name < '1' || *name > '9' || strlen(name) > 16 ||
	    strspn(name, "0123456789") != strlen(name))
		return;
	tokens->list = xgrow(tokens->list, tokens->count, &tokens->cap,
	    sizeof(*tokens->list));
	tokens->list[tokens->count++] = strtoll(name, NULL, 10);
}

/* `parent` is FOLDER, or where its reflogs are. */
static void
drop(const struct apply *apply, const char *parent, int64_t token)
{
	char *path = xasprintf("%s/%lld", parent, (long long)token);
	const char *name;
	int fd = folder_parent(apply->common_fd, path, &name);

	if (fd != -1) {
		unlinkat(fd, name, 0);
		close(fd);
	}
	free(path);
}

static void
read_tokens(const struct apply *apply, struct tokens *tokens)
{
	const char *name;
	struct dirent *entry;
	int fd = folder_parent(apply->common_fd, FOLDER "/1", &name);
	int own = fd != -1 ? openat(fd, ".", O_RDONLY | O_CLOEXEC) : -1;
	DIR *dir = own != -1 ? fdopendir(own) : NULL;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		take(tokens, entry->d_name);
	if (dir != NULL)
		closedir(dir);
	if (fd != -1)
		close(fd);
}

void
prune_rollbacks(const struct apply *apply)
{
	struct tokens tokens = { 0 };
	size_t i;

	read_tokens(apply, &tokens);
	if (tokens.count > 0)
		qsort(tokens.list, tokens.count, sizeof(*tokens.list), falling);
	for (i = (size_t)apply->keep_rollbacks; i < tokens.count; i++)
		if (tokens.list[i] != apply->token) {
			drop(apply, FOLDER, tokens.list[i]);
			drop(apply, "logs/" FOLDER, tokens.list[i]);
		}
	free(tokens.list);
}
