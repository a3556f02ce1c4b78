#include "keys.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "model/fleet.h"
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define KEY_MOST (FLEET_KEY_MAX - 8) /* room for "-999999" */

/* One part between slashes; a character of many bytes is one "-". */
static void
part_add(struct buf *key, const char *part, size_t len)
{
	const char *marks = strspn(part, ".") >= len ? "_-" : "._-";
	size_t i;

	for (i = 0; i < len; i++) {
		if (((unsigned char)part[i] & 0xc0) == 0x80)
			continue;
		if (isalnum((unsigned char)part[i]) ||
		    strchr(marks, part[i]) != NULL)
			buf_putc(key, part[i]);
		else
			buf_putc(key, '-');
	}
}

/* Of what is too long the end stays: that is what tells paths apart. */
static char *
key_cut(char *key)
{
	size_t len = strlen(key);
	const char *end = key + len;

	if (len <= KEY_MOST)
		return key;
	end -= KEY_MOST;
	end += strspn(end, "/.");
	memmove(key, end, strlen(end) + 1);

	return key;
}

static char *
key_make(const char *path)
{
	struct buf key = { 0 };
	size_t len;

	for (; *path != '\0'; path += len) {
		path += strspn(path, "/");
		if ((len = strcspn(path, "/")) == 0)
			continue;
		if (key.len > 0)
			buf_putc(&key, '/');
		part_add(&key, path, len);
	}
	if (key.len == 0)
		buf_puts(&key, "root");

	return key_cut(buf_take(&key));
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* With the name of the folder that it was found below before it. */
static char *
key_longer(const struct checkout *checkout)
{
	size_t len = (size_t)(checkout->below - checkout->path);
	char *path, *whole, *key;

	while (len > 0 && checkout->path[len - 1] == '/')
		len--;
	path = xstrndup(checkout->path, len);
	whole = xasprintf("%s/%s", base_name(path), checkout->below);
	key = key_make(whole);
	free(whole);
	free(path);

	return key;
}

static int
by_path(const void *a, const void *b)
{
	const struct checkout *one = a, *two = b;

	return strcmp(one->path, two->path);
}

static int
by_key(const void *a, const void *b)
{
	const struct checkout *one = a, *two = b;

	return strcmp(one->repo_key, two->repo_key);
}

/* Those who would have one key. */
struct group {
	size_t folder; /* of the first */
	bool shared;   /* another's too */
};

static void
folders_tell(struct walk *walk)
{
	struct group *groups = xcalloc(walk->count, sizeof(*groups)), *group;
	char **longer = xcalloc(walk->count, sizeof(*longer));
	struct map by = { 0 };
	struct checkout *at;
	size_t i;

	for (i = 0; i < walk->count; i++) {
		at = &walk->found[i];
		if ((group = map_get(&by, at->repo_key)) == NULL) {
			groups[i].folder = at->folder;
			map_put(&by, at->repo_key, &groups[i]);
		} else if (group->folder != at->folder) {
			group->shared = true;
		}
	}
	for (i = 0; i < walk->count; i++) {
		at = &walk->found[i];
		group = map_get(&by, at->repo_key);
		if (group->shared && *at->below != '\0')
			longer[i] = key_longer(at);
	}
	map_clear(&by);
	for (i = 0; i < walk->count; i++)
		if (longer[i] != NULL) {
			free(walk->found[i].repo_key);
			walk->found[i].repo_key = longer[i];
		}
	free(longer);
	free(groups);
}

static void
doubles_number(struct walk *walk)
{
	struct map taken = { 0 };
	struct checkout *at;
	char *plain;
	size_t i;
	int n;

	for (i = 0; i < walk->count; i++) {
		at = &walk->found[i];
		plain = xstrdup(at->repo_key);
		for (n = 2; map_get(&taken, at->repo_key) != NULL; n++) {
			free(at->repo_key);
			at->repo_key = xasprintf("%s-%d", plain, n);
		}
		map_put(&taken, at->repo_key, at);
		free(plain);
	}
	map_clear(&taken);
}

void
keys_set(struct walk *walk)
{
	struct checkout *at;
	size_t i;

	if (walk->count == 0)
		return;
	qsort(walk->found, walk->count, sizeof(*walk->found), by_path);
	for (i = 0; i < walk->count; i++) {
		at = &walk->found[i];
		at->repo_key = key_make(
		    *at->below == '\0' ? base_name(at->path) : at->below);
	}
	folders_tell(walk);
	doubles_number(walk);
	qsort(walk->found, walk->count, sizeof(*walk->found), by_key);
}
