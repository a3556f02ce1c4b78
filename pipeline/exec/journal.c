#include "journal.h"
#include "base/alloc.h"
#include "json/jw.h"
#include "json/shape.h"
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define JOURNAL_SCHEMA "hermes.journal/1"

/* For people and for hermes-lease; what is not UTF-8 is not worth a fault. */
static void
put_path(struct jw *jw, const char *name, const char *path)
{
	jw_bytes(jw, name, path, strlen(path));
}

static void
journal_text(const struct apply *apply, bool done, struct buf *out)
{
	const char *events;
	struct jw jw;
	size_t len;

	jw_init(&jw, out);
	jw_object(&jw, NULL);
	jw_text(&jw, "schema", JOURNAL_SCHEMA);
	jw_int(&jw, "token", apply->token);
	jw_text(&jw, "cycle", apply->cycle);
	jw_text(&jw, "repo_key", apply->repo_key);
	jw_text(&jw, "path", apply->path);
	put_path(&jw, "git_dir", target_git_dir(apply->target));
	put_path(&jw, "common_dir", target_common_dir(apply->target));
	jw_text(&jw, "strategy", apply->strategy);
	jw_text(&jw, "branch", apply->branch);
	jw_text(&jw, "before", apply->before);
	jw_text(&jw, "after", apply->after);
	jw_text(&jw, "role", apply->role);
	jw_text(&jw, "url", apply->url);
	jw_text(&jw, "tracking", apply->tracking);
	jw_bool(&jw, "done", done);
	events = doc_raw(&apply->said, "events", &len);
	if (events != NULL) {
		jw_raw(&jw, "events", events, len);
	} else {
		jw_array(&jw, "events");
		jw_end(&jw);
	}
	jw_end(&jw);
	buf_putc(out, '\n');
}

int
journal_write(const struct apply *apply, bool done, struct err *err)
{
	char *name = xasprintf("journals/%s", apply->name);
	struct buf text = { 0 };
	int rc;

	journal_text(apply, done, &text);
	rc = state_write(apply->state, name, text.data, text.len, err);
	buf_clear(&text);
	free(name);

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

static const char *const schemas[] = { JOURNAL_SCHEMA, NULL };

static bool
is_oid(const char *text)
{
	return strlen(text) == OID_SIZE - 1 &&
	       strspn(text, "0123456789abcdef") == OID_SIZE - 1;
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
	MAYBE("tracking"),
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
	       strspn(name, "0123456789") == strlen(name) && strlen(name) <= 16;
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
		if (rc == 0) {
			journals->list = xgrow(journals->list, journals->count,
			    &journals->cap, sizeof(journals->list[0]));
			journals->list[journals->count++] =
			    (struct journal){ xstrdup(name), root };
			root = NULL;
		}
	}
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
	long long x = strtoll(one->name, NULL, 10);
	long long y = strtoll(two->name, NULL, 10);

	return (x > y) - (x < y);
}

/* What a killed state_write() had not renamed: the journal under the token
 * itself, or its absence, is what counts (J1). */
static bool
is_unfinished(const char *name)
{
	size_t len = strlen(name);

	return len > 5 && name[0] == '.' && strcmp(name + len - 4, ".new") == 0;
}

int
journals_read(struct journals *journals, const struct state *state,
    struct err *err)
{
	int fd = openat(state->fd, "journals",
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct dirent *entry;
	DIR *dir;
	int rc = 0;

	if (fd == -1 && errno == ENOENT)
		return 0;
	dir = fd == -1 ? NULL : fdopendir(fd);
	if (dir == NULL)
		return err_sys(err, EX_IOERR, "%s/journals", state->path);
	while (rc == 0 && (entry = readdir(dir)) != NULL)
		if (is_token(entry->d_name))
			rc = read_one(journals, state, entry->d_name, err);
		else if (is_unfinished(entry->d_name) &&
			 unlinkat(fd, entry->d_name, 0) == -1)
			rc = err_sys(err, EX_IOERR, "%s/journals/%s",
			    state->path, entry->d_name);
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
