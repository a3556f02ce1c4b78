#include "journals.h"
#include "base/alloc.h"
#include "json/shape.h"
#include "json/strict.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const schemas[] = { "hermes.journal/1", NULL };

static const struct shape journal_shape[] = {
	{ .name = "schema",
	    .type = JSON_STRING,
	    .flags = SHAPE_NEED,
	    .words = schemas },
	{ .name = "repo_key", .type = JSON_STRING, .flags = SHAPE_NEED },
	{ .name = "common_dir", .type = JSON_STRING, .flags = SHAPE_NULL },
	{ .name = "done", .type = JSON_BOOL },
	{ 0 },
};

/* A decimal token, without leading zeros; 0 for any other name. */
static int64_t
token_of(const char *name)
{
	char *end;
	long long token;

	if (*name < '1' || *name > '9')
		return 0;
	errno = 0;
	token = strtoll(name, &end, 10);

	return *end || errno || token > JSON_INT_MAX ? 0 : token;
}

/* A copy that lives as long as `journals`. */
static char *
keep(struct journals *journals, const char *text)
{
	journals->texts = xgrow(journals->texts, journals->count,
	    &journals->cap, sizeof(char *));

	return journals->texts[journals->count++] = xstrdup(text);
}

static int
note(struct journals *journals, const char *name, const char *place,
    const struct json *journal, struct err *err)
{
	const char *dir = json_get_text(journal, "common_dir");
	char *token;

	if (shape_check(journal, journal_shape, 0, place, EX_DATAERR, err) ==
	    -1)
		return -1;
	if (json_get_bool(journal, "done", false))
		return 0;

	token = keep(journals, name);
	map_put(&journals->open,
	    keep(journals, json_get_text(journal, "repo_key")), token);
	if (dir)
		map_put(&journals->open, keep(journals, dir), token);

	return 0;
}

static int
read_one(struct journals *journals, const struct state *state, const char *name,
    struct err *err)
{
	char *file = xasprintf("journals/%s", name);
	char *place = xasprintf("%s/%s", state->path, file);
	struct buf text = { 0 };
	struct json *journal = NULL;
	int rc = state_read(state, file, &text, err);

	if (rc == 1) {
		journal = json_parse(text.data, text.len, place, err);
		rc = journal ? note(journals, name, place, journal, err) : -1;
	}
	json_free(journal);
	buf_clear(&text);
	free(place);
	free(file);

	return rc;
}

int
journals_read(struct journals *journals, const struct state *state,
    struct err *err)
{
	struct dirent *entry;
	int64_t token;
	int fd, rc = 0;
	DIR *folder;

	fd = openat(state->fd, "journals",
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1 && errno == ENOENT)
		return 0;
	folder = fd == -1 ? NULL : fdopendir(fd);
	if (!folder)
		return err_sys(err, EX_IOERR, "%s/journals", state->path);

	while (rc == 0) {
		errno = 0;
		entry = readdir(folder);
		if (!entry && errno)
			rc = err_sys(err, EX_IOERR, "%s/journals", state->path);
		if (!entry)
			break;
		token = token_of(entry->d_name);
		if (token > journals->last_token)
			journals->last_token = token;
		if (token)
			rc = read_one(journals, state, entry->d_name, err);
	}
	closedir(folder);

	return rc;
}

const char *
journals_open(const struct journals *journals, const char *repo_key,
    const char *common_dir)
{
	const char *token = map_get(&journals->open, repo_key);

	return token ? token : map_get(&journals->open, common_dir);
}

void
journals_clear(struct journals *journals)
{
	while (journals->count)
		free(journals->texts[--journals->count]);
	free(journals->texts);
	map_clear(&journals->open);
	*journals = (struct journals){ 0 };
}
