#include "git/ref.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "git/file.h"
#include "git/packed.h"
#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#define SYMREF_MAX 5

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
	struct buf text = { 0 };
	char *path;
	int rc;

	path = xasprintf("%s/packed-refs", common_dir);
	rc = file_read(path, PACKED_MAX, &text);
	free(path);
	if (rc == 1)
		rc = packed_find(text.data, name, oid);
	buf_clear(&text);

	return rc;
}

enum ref_found
ref_parse(const char *text, char oid[OID_SIZE], char **next)
{
	size_t len = strlen(text);

	*next = NULL;
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		len--;
	if (strncmp(text, "ref:", 4) == 0 && len > 4) {
		text += 4;
		len -= 4;
		while (len > 0 && (*text == ' ' || *text == '\t')) {
			text++;
			len--;
		}
		*next = xstrndup(text, len);
		return REF_SYMBOLIC;
	}
	if (len != OID_SIZE - 1 || !packed_is_oid(text))
		return REF_BROKEN;
	memcpy(oid, text, len);
	oid[len] = '\0';

	return REF_OID;
}

/* One step: an id, or the name of the next ref in *next. */
static enum ref_found
read_one(const struct ref_dirs *dirs, const char *name, char oid[OID_SIZE],
    char **next)
{
	struct buf text = { 0 };
	enum ref_found found = REF_BROKEN;
	char *path;
	int rc;

	path = xasprintf("%s/%s",
	    strncmp(name, "refs/", 5) == 0 ? dirs->common_dir : dirs->git_dir,
	    name);
	rc = file_read(path, REF_FILE_MAX, &text);
	free(path);
	if (rc == 0) {
		rc = read_packed(dirs->common_dir, name, oid);
		found = rc == 1 ? REF_OID : rc == 0 ? REF_ABSENT : REF_BROKEN;
	} else if (rc == 1) {
		found = ref_parse(buf_text(&text), oid, next);
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
