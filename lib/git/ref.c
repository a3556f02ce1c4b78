#include "git/ref.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "git/file.h"
#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#define SYMREF_MAX 5
#define LOOSE_MAX 4096
#define PACKED_MAX (256u << 20)

static bool
hex_oid(const char *text)
{
	size_t i;

	for (i = 0; i < OID_SIZE - 1; i++)
		if (!isxdigit((unsigned char)text[i]) || isupper(text[i]))
			return false;

	return true;
}

bool
ref_valid(const char *name)
{
	const char *at;

	if (strcmp(name, "HEAD") == 0)
		return true;
	if (strncmp(name, "refs/", 5) != 0 || strstr(name, "..") ||
	    strstr(name, "//") || strstr(name, "@{") || strstr(name, "/.") ||
	    strstr(name, ".lock/"))
		return false;
	for (at = name; *at != '\0'; at++)
		if ((unsigned char)*at <= ' ' || *at == 0x7f ||
		    strchr("~^:?*[\\", *at))
			return false;

	return at[-1] != '/' && at[-1] != '.' &&
	       (at - name < 5 || strcmp(at - 5, ".lock") != 0);
}

/* 1 found, 0 not packed, -1 unreadable. */
static int
read_packed(const char *common_dir, const char *name, char oid[OID_SIZE])
{
	size_t len = strlen(name);
	struct buf text = { 0 };
	const char *at;
	char *path;
	int rc;

	path = xasprintf("%s/packed-refs", common_dir);
	rc = file_read(path, PACKED_MAX, &text);
	free(path);
	if (rc != 1) {
		buf_clear(&text);
		return rc;
	}
	rc = 0;
	for (at = text.data; rc == 0 && (at = strstr(at, name)); at += len)
		if (at - text.data >= OID_SIZE && at[-1] == ' ' &&
		    (at[len] == '\n' || at[len] == '\r') &&
		    (at - text.data == OID_SIZE || at[-OID_SIZE - 1] == '\n') &&
		    hex_oid(at - OID_SIZE)) {
			memcpy(oid, at - OID_SIZE, OID_SIZE - 1);
			oid[OID_SIZE - 1] = '\0';
			rc = 1;
		}
	buf_clear(&text);

	return rc;
}

static void
trim(struct buf *text)
{
	while (
	    text->len > 0 && isspace((unsigned char)text->data[text->len - 1]))
		text->data[--text->len] = '\0';
}

/* One step: an id, or the name of the next ref in *next. */
static enum ref_found
read_one(const struct ref_dirs *dirs, const char *name, char oid[OID_SIZE],
    char **next)
{
	struct buf text = { 0 };
	enum ref_found found = REF_BROKEN;
	const char *at;
	char *path;
	int rc;

	path = xasprintf("%s/%s",
	    strncmp(name, "refs/", 5) == 0 ? dirs->common_dir : dirs->git_dir,
	    name);
	rc = file_read(path, LOOSE_MAX, &text);
	free(path);
	if (rc == 0) {
		rc = read_packed(dirs->common_dir, name, oid);
		found = rc == 1 ? REF_OID : rc == 0 ? REF_ABSENT : REF_BROKEN;
	} else if (rc == 1) {
		trim(&text);
		at = buf_text(&text);
		if (strncmp(at, "ref:", 4) == 0) {
			at += 4 + strspn(at + 4, " \t");
			*next = xstrdup(at);
			found = REF_ABSENT;
		} else if (text.len == OID_SIZE - 1 && hex_oid(at)) {
			memcpy(oid, at, OID_SIZE);
			found = REF_OID;
		}
	}
	buf_clear(&text);

	return found;
}

enum ref_found
ref_read(const struct ref_dirs *dirs, const char *name, char oid[OID_SIZE],
    char **target)
{
	enum ref_found found = REF_BROKEN;
	char *at = xstrdup(name);
	char *next;
	int i;

	for (i = 0; i < SYMREF_MAX; i++) {
		next = NULL;
		found =
		    ref_valid(at) ? read_one(dirs, at, oid, &next) : REF_ABSENT;
		if (!next)
			break;
		free(at);
		at = next;
		found = REF_BROKEN;
	}
	if (target)
		*target = at;
	else
		free(at);

	return found;
}

static bool
any_below(const char *path, int depth)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	bool any = false;
	char *below;

	if (!dir)
		return false;
	while (!any && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		if (entry->d_type == DT_REG) {
			any = true;
		} else if (depth > 0) {
			below = xasprintf("%s/%s", path, entry->d_name);
			any = any_below(below, depth - 1);
			free(below);
		}
	}
	closedir(dir);

	return any;
}

bool
ref_any(const struct ref_dirs *dirs)
{
	struct buf text = { 0 };
	char *path;
	bool any;

	path = xasprintf("%s/packed-refs", dirs->common_dir);
	any = file_read(path, PACKED_MAX, &text) == 1 &&
	      strstr(text.data, " refs/");
	free(path);
	buf_clear(&text);
	if (any)
		return true;
	path = xasprintf("%s/refs", dirs->common_dir);
	any = any_below(path, SYMREF_MAX);
	free(path);

	return any;
}
