#include "spent.h"
#include "base/alloc.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROLLBACK "refs/hermes/rollback"
#define DIGITS_MAX 12

/* The whole text as a token, or 0. */
static int64_t
token_of(const char *text, size_t len)
{
	int64_t token = 0;
	size_t i;

	if (len > DIGITS_MAX)
		return 0;
	for (i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return 0;
		token = token * 10 + (text[i] - '0');
	}

	return token;
}

static int64_t
larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t
in_folder(const char *common_dir, const char *name)
{
	char *path = xasprintf("%s/%s", common_dir, name);
	DIR *dir = opendir(path);
	const struct dirent *entry;
	int64_t token = 0;

	while (dir && (entry = readdir(dir)))
		token = larger(token,
		    token_of(entry->d_name, strlen(entry->d_name)));
	if (dir)
		closedir(dir);
	free(path);

	return token;
}

/* Lines of "OID NAME". */
static int64_t
in_packed_refs(const char *common_dir)
{
	char *path = xasprintf("%s/packed-refs", common_dir);
	FILE *file = fopen(path, "re");
	char *line = NULL;
	const char *at;
	size_t size = 0, skip = strlen(" " ROLLBACK "/");
	ssize_t len;
	int64_t token = 0;

	while (file && (len = getline(&line, &size, file)) > 0) {
		at = strchr(line, ' ');
		if (!at || strncmp(at, " " ROLLBACK "/", skip))
			continue;
		at += skip;
		token = larger(token, token_of(at, strcspn(at, "\n")));
	}
	free(line);
	if (file)
		fclose(file);
	free(path);

	return token;
}

int64_t
spent_token(const char *common_dir)
{
	return larger(in_folder(common_dir, "hermes"),
	    larger(in_folder(common_dir, ROLLBACK),
		in_packed_refs(common_dir)));
}
