#include "store/journal.h"
#include "base/alloc.h"
#include "json/shape.h"
#include "json/strict.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DIGITS_MAX 16 /* of 2^53-1 */

static const char *const schemas[] = { JOURNAL_SCHEMA, NULL };

static bool
is_oid(const char *text)
{
	return strlen(text) == 40 && strspn(text, "0123456789abcdef") == 40;
}

#define TEXT(NAME)                                                             \
	{                                                                      \
		.name = NAME, .type = JSON_STRING, .flags = SHAPE_NEED         \
	}
#define OID(NAME)                                                              \
	{                                                                      \
		.name = NAME, .type = JSON_STRING, .flags = SHAPE_NEED,        \
		.valid = is_oid, .wanted = "40 hex digits"                     \
	}
#define MAYBE(NAME)                                                            \
	{                                                                      \
		.name = NAME, .type = JSON_STRING, .flags = SHAPE_NULL         \
	}

static const struct shape journal_shape[] = {
	{ .name = "schema",
	    .type = JSON_STRING,
	    .flags = SHAPE_NEED,
	    .words = schemas },
	{ .name = "token",
	    .type = JSON_NUMBER,
	    .flags = SHAPE_NEED,
	    .min = 1,
	    .max = JSON_INT_MAX },
	TEXT("cycle"),
	TEXT("repo_key"),
	TEXT("path"),
	TEXT("git_dir"),
	TEXT("common_dir"),
	TEXT("strategy"),
	TEXT("branch"),
	OID("before"),
	OID("after"),
	MAYBE("role"),
	MAYBE("url"),
	{ .name = "owed_count",
	    .type = JSON_NUMBER,
	    .min = 0,
	    .max = JSON_INT_MAX },
	{ .name = "done", .type = JSON_BOOL, .flags = SHAPE_NEED },
	{ .name = "events",
	    .type = JSON_ARRAY,
	    .flags = SHAPE_NEED,
	    .each = JSON_OBJECT },
	{ 0 },
};

static bool
is_token(const char *name)
{
	return *name >= '1' && *name <= '9' &&
	       strspn(name, "0123456789") == strlen(name) &&
	       strlen(name) <= DIGITS_MAX;
}

static void
add(struct journals *journals, const char *name, struct json *root)
{
	journals->list = xgrow(journals->list, journals->count, &journals->cap,
	    sizeof(journals->list[0]));
	journals->list[journals->count++] = (struct journal){
		.token = strtoll(name, NULL, 10),
		.name = xstrdup(name),
		.root = root,
		.done = json_get_bool(root, "done", false),
	};
}

static int
read_one(struct journals *journals, const struct state *state, const char *name,
    struct err *err)
{
	char *file = xasprintf("journals/%s", name);
	char *place = xasprintf("%s/%s", state->path, file);
	struct buf text = { 0 };
	struct json *root = NULL;
	int rc = state_read(state, file, &text, err);

	if (rc == 1) {
		root = json_parse(text.data, text.len, place, err);
		rc = root == NULL ? -1
				  : shape_check(root, journal_shape, 0, place,
					EX_DATAERR, err);
	}
	if (rc == 0 && root != NULL)
		add(journals, name, root);
	else
		json_free(root);
	buf_clear(&text);
	free(place);
	free(file);

	return rc;
}

static int
by_token(const void *a, const void *b)
{
	const struct journal *one = a, *two = b;

	return (one->token > two->token) - (one->token < two->token);
}

/* The folder, open for reading; *dir is NULL where there is none. */
static int
open_folder(const struct state *state, DIR **dir, struct err *err)
{
	int fd = openat(state->fd, "journals",
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	*dir = fd == -1 ? NULL : fdopendir(fd);
	if (*dir == NULL && errno != ENOENT)
		return err_sys(err, EX_IOERR, "%s/journals", state->path);

	return 0;
}

/* The next name; NULL at the end, and at a fault, which *rc tells. */
static const char *
next_name(DIR *dir, const struct state *state, int *rc, struct err *err)
{
	struct dirent *entry;

	errno = 0;
	entry = readdir(dir);
	if (entry == NULL && errno != 0)
		*rc = err_sys(err, EX_IOERR, "%s/journals", state->path);

	return entry != NULL ? entry->d_name : NULL;
}

int
journals_read(struct journals *journals, const struct state *state,
    struct err *err)
{
	const char *name;
	DIR *dir;
	int rc;

	if (open_folder(state, &dir, err) == -1)
		return -1;
	if (dir == NULL)
		return 0;
	rc = 0;
	while (rc == 0 && (name = next_name(dir, state, &rc, err)) != NULL)
		if (is_token(name))
			rc = read_one(journals, state, name, err);
	closedir(dir);
	if (rc == 0 && journals->count > 0)
		qsort(journals->list, journals->count,
		    sizeof(journals->list[0]), by_token);

	return rc;
}

void
journals_clear(struct journals *journals)
{
	size_t i;

	for (i = 0; i < journals->count; i++) {
		free(journals->list[i].name);
		json_free(journals->list[i].root);
	}
	free(journals->list);
	*journals = (struct journals){ 0 };
}

static bool
is_unfinished(const char *name)
{
	size_t len = strlen(name);

	return len > 5 && name[0] == '.' && strcmp(name + len - 4, ".new") == 0;
}

int
journals_tidy(const struct state *state, struct err *err)
{
	const char *name;
	DIR *dir;
	int rc;

	if (open_folder(state, &dir, err) == -1)
		return -1;
	if (dir == NULL)
		return 0;
	rc = 0;
	while (rc == 0 && (name = next_name(dir, state, &rc, err)) != NULL)
		if (is_unfinished(name) && unlinkat(dirfd(dir), name, 0) == -1)
			rc = err_sys(err, EX_IOERR, "%s/journals/%s",
			    state->path, name);
	closedir(dir);

	return rc;
}

int
journal_write(const struct state *state, const char *name,
    const struct buf *text, struct err *err)
{
	char *file = xasprintf("journals/%s", name);
	int rc = state_write(state, file, text->data, text->len, err);

	free(file);

	return rc == -1 ? -1 : 0;
}

int
journal_remove(const struct state *state, const char *name, struct err *err)
{
	char *path = xasprintf("journals/%s", name);
	int rc = unlinkat(state->fd, path, 0);

	if (rc == -1 && errno != ENOENT)
		err_sys(err, EX_IOERR, "%s/%s", state->path, path);
	else
		rc = 0;
	free(path);

	return rc;
}
