#include "git/content.h"
#include "base/alloc.h"
#include "git/file.h"
#include "git/include.h"
#include "git/patience.h"
#include "git/rewrite.h"
#include "git/scope.h"
#include "plumbing/command.h"
#include "plumbing/scratch.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ATTRIBUTES_MAX ((size_t)16 << 20)
#define OUTPUT_MAX ((size_t)1 << 30)
#define LOOK_MS 120000 /* to compare files, none of which is fetched */

/* N1; those that say how git keeps an index are among them. */
static const char *const byte_settings[] = { "core.autocrlf", "core.eol",
	"core.safecrlf", "core.symlinks", "core.filemode", "core.ignorecase",
	"core.precomposeunicode", "core.checkroundtripencoding",
	"core.bigfilethreshold", "core.trustctime", "core.checkstat",
	"core.ignorestat", "core.sharedrepository", "core.protecthfs",
	"core.protectntfs", "core.untrackedcache", "index.version",
	"index.skiphash", "feature.manyfiles" };

/* N2 */
static const char *const trusted_sections[] = { "filter.", "lfs." };

static bool
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static bool
is_byte_setting(const char *key)
{
	size_t i;

	for (i = 0; i < sizeof(byte_settings) / sizeof(*byte_settings); i++)
		if (strcmp(key, byte_settings[i]) == 0)
			return true;

	return false;
}

static bool
is_trusted_section(const char *key)
{
	size_t i;

	for (i = 0; i < sizeof(trusted_sections) / sizeof(*trusted_sections);
	     i++)
		if (begins(key, trusted_sections[i]))
			return true;

	return false;
}

static void
hand_on(struct list *settings, const char *key, const char *value)
{
	char *text = xasprintf("%s\n%s", key, value);

	list_add(settings, text);
	free(text);
}

/* Relative to the worktree, as git takes it there. */
static void
hand_on_attributes_file(struct list *settings, const char *worktree,
    const char *value)
{
	char *home = include_home(value);
	char *path = NULL;

	if (home != NULL && *home != '\0' && *home != '/' && worktree != NULL)
		path = xasprintf("%s/%s", worktree, home);
	if (home != NULL)
		hand_on(settings, "core.attributesfile",
		    path != NULL ? path : home);
	free(path);
	free(home);
}

/* A driver of filter.NAME.*: git would obey the checkout's word on it. */
static void
note_driver(struct list *drivers, const char *key)
{
	const char *name = key + strlen("filter.");
	const char *dot = strrchr(name, '.');
	char *driver;

	if (dot == NULL || dot == name)
		return;
	driver = xstrndup(name, (size_t)(dot - name));
	list_add(drivers, driver);
	free(driver);
}

struct settings {
	struct list list;
	struct list untrusted;       /* see content.h */
	const char *attributes_file; /* borrowed */
};

/* What git would not read by itself in a repository of ours. */
static void
take_user(struct settings *settings, const struct gitconfig *user)
{
	const struct gitconfig_entry *entry;
	size_t i;

	for (i = 0; i < user->count; i++) {
		entry = &user->entries[i];
		if (strcmp(entry->key, "core.attributesfile") == 0)
			settings->attributes_file = entry->value;
		else if (entry->conditional &&
			 (is_byte_setting(entry->key) ||
			     is_trusted_section(entry->key)))
			hand_on(&settings->list, entry->key, entry->value);
	}
}

/* A setting of the user's that is said again in the checkout is the user's. */
static bool
says_the_same(const struct gitconfig *user, const struct gitconfig_entry *entry)
{
	const char *value = gitconfig_get(user, entry->key);

	return value != NULL && strcmp(value, entry->value) == 0;
}

static void
take_own(struct settings *settings, const struct gitconfig *own,
    const struct gitconfig *user, bool trusted)
{
	const struct gitconfig_entry *entry;
	size_t i;

	for (i = 0; i < own->count; i++) {
		entry = &own->entries[i];
		if (strcmp(entry->key, "core.attributesfile") == 0)
			settings->attributes_file = entry->value;
		else if (is_byte_setting(entry->key) ||
			 (trusted && is_trusted_section(entry->key)) ||
			 begins(entry->key, "remote."))
			hand_on(&settings->list, entry->key, entry->value);
		else if (begins(entry->key, "filter.") &&
			 !says_the_same(user, entry))
			note_driver(&settings->untrusted, entry->key);
	}
}

static bool
is_false(const char *value)
{
	return value == NULL || !gitconfig_true(value, true);
}

/* Where no configuration and no file of attributes outside the trees can
 * convert a file. */
static bool
is_plain(const struct settings *settings, const struct gitconfig *user,
    const struct gitconfig *own, const char *attributes)
{
	const char *own_crlf = gitconfig_get(own, "core.autocrlf");
	const char *crlf =
	    own_crlf != NULL ? own_crlf : gitconfig_get(user, "core.autocrlf");

	return is_false(crlf) && attributes == NULL &&
	       settings->attributes_file == NULL;
}

static char *
read_attributes(const struct place *place)
{
	char *path = xasprintf("%s/info/attributes", place->common_dir);
	struct buf text = { 0 };
	char *found = NULL;

	if (file_read(path, ATTRIBUTES_MAX, &text) == 1 && text.len > 0)
		found = buf_take(&text);
	buf_clear(&text);
	free(path);

	return found;
}

/* The two files of attributes that no configuration names. */
static bool
has_shared_attributes(void)
{
	const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	char *path = NULL;
	bool found = access("/etc/gitattributes", F_OK) == 0;

	if (xdg != NULL && *xdg != '\0')
		path = xasprintf("%s/git/attributes", xdg);
	else if (home != NULL)
		path = xasprintf("%s/.config/git/attributes", home);
	if (path != NULL)
		found |= access(path, F_OK) == 0;
	free(path);

	return found;
}

static void
read_settings(struct settings *settings, struct content *content,
    const struct content_source *source, const char *attributes)
{
	const struct place *place = source->place;
	struct gitconfig user = { 0 };
	struct scope scope;

	scope_make(&scope, place, source->named, &place->config);
	rewrite_user_config(&user, &scope.asked);
	scope_clear(&scope);
	take_user(settings, &user);
	take_own(settings, &place->config, &user, source->trust_config);
	if (source->remote != NULL)
		hand_on(&settings->list, "remote.lfsdefault", source->remote);
	if (settings->attributes_file != NULL)
		hand_on_attributes_file(&settings->list, place->worktree,
		    settings->attributes_file);
	content->untrusted = settings->untrusted;
	content->plain =
	    is_plain(settings, &user, &place->config, attributes) &&
	    !has_shared_attributes();
	gitconfig_clear(&user);
}

int
content_open(struct content *content, const struct content_source *source,
    struct err *err)
{
	const struct place *place = source->place;
	struct settings settings = { 0 };
	struct list objects = { 0 };
	char *attributes = read_attributes(place);
	char *own = xasprintf("%s/objects", place->common_dir);
	struct scratch scratch = { .objects = &objects,
		.settings = &settings.list,
		.attributes = attributes };
	int rc;

	*content = (struct content){ .folder = xstrdup(source->folder) };
	if (place->worktree != NULL)
		content->worktree = xstrdup(place->worktree);
	list_add(&objects, own);
	if (source->staging != NULL)
		list_add(&objects, source->staging);
	read_settings(&settings, content, source, attributes);
	rc = scratch_make(content->folder, &scratch, err);
	list_clear(&settings.list);
	list_clear(&objects);
	free(attributes);
	free(own);
	if (rc == -1)
		content_close(content);

	return rc;
}

void
content_close(struct content *content)
{
	free(content->folder);
	free(content->worktree);
	list_clear(&content->untrusted);
	*content = (struct content){ 0 };
}

bool
content_plain(const struct content_source *source)
{
	char *attributes = read_attributes(source->place);
	struct settings settings = { 0 };
	struct content content = { 0 };

	read_settings(&settings, &content, source, attributes);
	list_clear(&settings.list);
	list_clear(&content.untrusted);
	free(attributes);

	return content.plain;
}

/* A worker has no more time than is left of its own. */
static int
ask(struct command *command, struct command_result *result, struct err *err)
{
	int64_t most = command->deadline_ms != 0 ? command->deadline_ms
						 : COMMAND_DEADLINE_MS;
	int64_t left = patience_left_ms(most);

	command->deadline_ms = left > 0 ? left : 1;

	return command_must(command, result, err);
}

/* git's exit status 1 is an answer here: some file differs. */
static int
run_compare(struct command *command, struct command_result *result,
    struct err *err)
{
	if (ask(command, result, err) == 0 || result->status == 1)
		return 0;

	return -1;
}

int
content_refresh(struct content *content, const char *file, struct err *err)
{
	struct command command = { .git_dir = content->folder,
		.worktree = content->worktree,
		.index = file,
		.argv = { "update-index", "-q", "--ignore-submodules",
		    "--unmerged", "--refresh" },
		.deadline_ms = LOOK_MS };
	struct command_result result;
	int rc = run_compare(&command, &result, err);

	command_result_clear(&result);

	return rc;
}

/* Texts that each end with a NUL. */
static void
add_paths(struct list *paths, const struct buf *text)
{
	const char *at = buf_text(text), *end = at + text->len;

	for (; at < end; at += strlen(at) + 1)
		list_add(paths, at);
}

int
content_edited(struct content *content, const char *file, struct list *paths,
    struct err *err)
{
	struct command command = { .git_dir = content->folder,
		.worktree = content->worktree,
		.index = file,
		.argv = { "diff-files", "-z", "--name-only",
		    "--ignore-submodules=all" },
		.output_max = OUTPUT_MAX,
		.deadline_ms = LOOK_MS };
	struct command_result result;
	int rc = ask(&command, &result, err);

	if (rc == 0)
		add_paths(paths, &result.out);
	command_result_clear(&result);

	return rc;
}

int
content_merge(struct content *content, const char *file, const char *before,
    const char *after, char **why, struct err *err)
{
	struct command command = { .git_dir = content->folder,
		.index = file,
		.argv = { "read-tree", "--no-recurse-submodules", "-i", "-m",
		    before, after } };
	struct command_result result;
	int rc = ask(&command, &result, err);

	*why = NULL;
	if (rc == 0) {
		rc = 1;
	} else if (result.end == COMMAND_REFUSED &&
		   begins(result.said, "Entry '")) {
		*why = xstrdup(result.said);
		rc = 0;
	}
	command_result_clear(&result);

	return rc;
}

/* How read-tree begins and ends the line that names what is in the way. */
static const struct {
	const char *before, *behind;
	enum content_way way;
} words[] = {
	{ "Entry '", "' not uptodate. Cannot merge.", CONTENT_EDITED },
	{ "Entry '", "' would be overwritten by merge. Cannot merge.",
	    CONTENT_STAGED },
	{ "Untracked working tree file '", "' would be overwritten by merge.",
	    CONTENT_UNTRACKED },
	{ "Untracked working tree file '", "' would be removed by merge.",
	    CONTENT_UNTRACKED },
	{ "Updating '", "' would lose untracked files in it",
	    CONTENT_UNTRACKED },
};

static void
find_obstacle(const char *said, struct content_obstacle *obstacle)
{
	size_t i, len = strlen(said), before, behind;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		before = strlen(words[i].before);
		behind = strlen(words[i].behind);
		if (len < before + behind || !begins(said, words[i].before) ||
		    strcmp(said + len - behind, words[i].behind) != 0)
			continue;
		obstacle->way = words[i].way;
		obstacle->path = xstrndup(said + before, len - before - behind);
		return;
	}
}

int
content_fits(struct content *content, const char *file, const char *before,
    const char *after, struct content_obstacle *obstacle, struct err *err)
{
	struct command command = { .git_dir = content->folder,
		.worktree = content->worktree,
		.index = file,
		.argv = { "read-tree", "--no-recurse-submodules", "--dry-run",
		    "-m", "-u", before, after },
		.deadline_ms = LOOK_MS };
	struct command_result result;
	int rc = ask(&command, &result, err);

	*obstacle = (struct content_obstacle){ CONTENT_FREE, NULL };
	if (rc == -1 && result.end == COMMAND_REFUSED) {
		find_obstacle(result.said, obstacle);
		rc = obstacle->path != NULL ? 0 : -1;
	}
	command_result_clear(&result);

	return rc;
}

int
content_read(struct content *content, const char *file, const char *commit,
    struct err *err)
{
	struct command command = { .git_dir = content->folder,
		.index = file,
		.argv = { "read-tree", "--no-recurse-submodules", commit } };
	struct command_result result;
	int rc = ask(&command, &result, err);

	command_result_clear(&result);

	return rc;
}

int
content_write(struct content *content, const char *file, const char *folder,
    const struct buf *paths, struct err *err)
{
	char *prefix = xasprintf("--prefix=%s/", folder);
	struct command command = { .git_dir = content->folder,
		.index = file,
		.argv = { "checkout-index", "-q", "-z", "--stdin", prefix },
		.input = buf_text(paths),
		.input_len = paths->len };
	struct command_result result;
	int rc = paths->len == 0 ? 0 : ask(&command, &result, err);

	if (paths->len > 0)
		command_result_clear(&result);
	free(prefix);

	return rc;
}

/* The answer is three texts a path: the path, "filter", and the driver. */
static char *
first_held(const struct list *drivers, const struct buf *answer)
{
	const char *at = buf_text(answer), *end = at + answer->len, *path;
	size_t i;

	while (at < end) {
		path = at;
		at += strlen(at) + 1;
		at += strlen(at) + 1;
		for (i = 0; i < drivers->count; i++)
			if (strcmp(at, drivers->items[i]) == 0)
				return xstrdup(path);
		at += strlen(at) + 1;
	}

	return NULL;
}

int
content_needs_filter(struct content *content, const char *file,
    const struct buf *paths, char **path, struct err *err)
{
	struct command command = { .git_dir = content->folder,
		.index = file,
		.argv = { "check-attr", "--cached", "-z", "--stdin", "filter" },
		.input = buf_text(paths),
		.input_len = paths->len,
		.output_max = OUTPUT_MAX };
	struct command_result result;
	int rc;

	*path = NULL;
	if (content->untrusted.count == 0 || paths->len == 0)
		return 0;
	rc = ask(&command, &result, err);
	if (rc == 0)
		*path = first_held(&content->untrusted, &result.out);
	command_result_clear(&result);

	return rc;
}
