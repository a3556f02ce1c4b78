#include "model/fleet.h"
#include "base/alloc.h"
#include "json/jw.h"
#include "json/shape.h"
#include "model/url.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_DEFAULT_S 300
#define TIMEOUT_MAX_S 86400
#define ARGV_BYTES_MAX 4096

bool
fleet_key_valid(const char *repo_key)
{
	const char *at = repo_key, *c;
	size_t len;

	if (strlen(repo_key) > FLEET_KEY_MAX)
		return false;
	for (;; at += len + 1) {
		len = strcspn(at, "/");
		for (c = at; c < at + len; c++)
			if (!isalnum((unsigned char)*c) &&
			    strchr("._-", *c) == NULL)
				return false;
		if (len == 0 || strspn(at, ".") == len)
			return false;
		if (at[len] == '\0')
			return true;
	}
}

/* One part between slashes, as git check-ref-format has it. */
static bool
ref_part_valid(const char *part, size_t len)
{
	size_t i;

	if (len == 0 || part[0] == '.' || part[len - 1] == '.')
		return false;
	if (len >= 5 && memcmp(part + len - 5, ".lock", 5) == 0)
		return false;
	for (i = 0; i < len; i++) {
		if ((unsigned char)part[i] <= ' ' || part[i] == 127 ||
		    strchr("~^:?*[\\", part[i]) != NULL)
			return false;
		if (i > 0 && part[i] == '.' && part[i - 1] == '.')
			return false;
		if (i > 0 && part[i] == '{' && part[i - 1] == '@')
			return false;
	}

	return true;
}

bool
fleet_ref_valid(const char *name)
{
	const char *at = name;
	size_t len;

	if (*name == '-' || strcmp(name, "@") == 0)
		return false;
	for (;; at += len + 1) {
		len = strcspn(at, "/");
		if (!ref_part_valid(at, len))
			return false;
		if (at[len] == '\0')
			return true;
	}
}

static bool
path_valid(const char *path)
{
	const char *c;

	for (c = path; *c != '\0'; c++)
		if (iscntrl((unsigned char)*c))
			return false;

	return *path == '/' || strncmp(path, "~/", 2) == 0;
}

static bool
argument_valid(const char *text)
{
	return *text != '\0';
}

static const char *const schemas[] = { "hermes.fleet/1", NULL };
static const char *const roles[] = { "primary", "origin", "mirror", "cache",
	"fallback", NULL };
static const char *const places[] = { "canary", "health", NULL };
static const char *const needs[] = { "required", "wanted", NULL };

#define KEY .valid = fleet_key_valid, .wanted = "a repo_key"
#define REF .valid = fleet_ref_valid

static const struct shape key_row = { "", JSON_STRING, KEY };

static const struct shape argument_row = { "", JSON_STRING,
	.valid = argument_valid, .wanted = "an argument" };

#define KEYS(member)                                                           \
	{                                                                      \
		.name = member, .type = JSON_ARRAY, .each = JSON_STRING,       \
		.each_text = &key_row                                          \
	}

static const struct shape remote_shape[] = {
	{ "remote", JSON_STRING, REF, .wanted = "a remote's name" },
	{ .name = "url", .type = JSON_STRING },
	{ "role", JSON_STRING, .words = roles },
	{ 0 },
};

static const struct shape check_shape[] = {
	{ "argv", JSON_ARRAY, SHAPE_NEED, .each = JSON_STRING,
	    .each_text = &argument_row },
	{ "at", JSON_STRING, .words = places },
	{ "need", JSON_STRING, .words = needs },
	{ "timeout_s", JSON_NUMBER, .min = 1, .max = TIMEOUT_MAX_S },
	{ 0 },
};

static const struct shape repo_shape[] = {
	{ "repo_key", JSON_STRING, SHAPE_NEED, KEY },
	{ "path", JSON_STRING, SHAPE_NEED, .valid = path_valid,
	    .wanted = "an absolute path" },
	{ "branch", JSON_STRING, SHAPE_NULL, REF,
	    .wanted = "a branch's short name" },
	KEYS("depends_on"),
	KEYS("after"),
	KEYS("groups"),
	{ "remotes", JSON_ARRAY, SHAPE_CLOSED, .each = JSON_OBJECT,
	    .each_members = remote_shape },
	{ "checks", JSON_ARRAY, SHAPE_CLOSED, .each = JSON_OBJECT,
	    .each_members = check_shape },
	{ "policy", JSON_OBJECT, SHAPE_CLOSED, .members = policy_own_shape },
	{ .name = "trust_config", .type = JSON_BOOL },
	{ 0 },
};

static const struct shape fleet_shape[] = {
	{ "schema", JSON_STRING, SHAPE_NEED, .words = schemas },
	{ .name = "repos", .type = JSON_ARRAY, .flags = SHAPE_NEED },
	{ 0 },
};

/* What every reader below needs to know. */
struct reading {
	const struct policy *policy;
	const char *home;
	char *place; /* "config/fleet.json: repos[3]" */
	struct err *err;
};

static void
list_read(struct list *list, const struct json *array)
{
	const struct json *at;

	for (at = json_first(array); at != NULL; at = json_next(at))
		list_add(list, json_text(at));
}

static char *
text_or(const struct json *object, const char *name, const char *otherwise)
{
	const char *text = json_get_text(object, name);

	text = text == NULL ? otherwise : text;

	return text == NULL ? NULL : xstrdup(text);
}

/* The caller's; NULL where "~" stands for nothing. */
static char *
path_expand(const char *path, const char *home)
{
	char *whole, *plain;

	if (*path != '~')
		return url_path_plain(path);
	if (home == NULL || *home != '/')
		return NULL;
	whole = xasprintf("%s/%s", home, path + 2);
	plain = url_path_plain(whole);
	free(whole);

	return plain;
}

/* F4. The value stands in no error (P9). */
static int
url_read(struct fleet_remote *remote, const char *text, size_t i,
    const struct reading *in)
{
	char *path =
	    strncmp(text, "~/", 2) == 0 ? path_expand(text, in->home) : NULL;
	const char *why;
	struct url url;
	int rc = url_parse(&url, path == NULL ? text : path, &why);

	free(path);
	if (rc == 0 && url.protocol == URL_FILE && *url.path != '/') {
		why = "expected a URL or an absolute path";
		url_clear(&url);
		rc = -1;
	}
	if (rc == -1)
		return err_set(in->err, EX_CONFIG, "%s.remotes[%zu].url: %s",
		    in->place, i, why);
	remote->url = xstrdup(url.text);
	url_clear(&url);

	return 0;
}

static int
remotes_read(struct fleet_repo *repo, const struct json *array,
    const struct reading *in)
{
	struct fleet_remote *remote;
	const struct json *at;
	const char *name, *url;
	size_t i = 0;

	repo->remotes = xcalloc(json_count(array) + 1, sizeof(*repo->remotes));
	for (at = json_first(array); at != NULL; at = json_next(at), i++) {
		remote = &repo->remotes[repo->remote_count++];
		name = json_get_text(at, "remote");
		url = json_get_text(at, "url");
		if ((name == NULL) == (url == NULL))
			return err_set(in->err, EX_CONFIG,
			    "%s.remotes[%zu]: expected remote or url, found %s",
			    in->place, i, url == NULL ? "none" : "both");
		remote->role =
		    text_or(at, "role", i == 0 ? "primary" : "mirror");
		if (name != NULL)
			remote->remote = xstrdup(name);
		else if (url_read(remote, url, i, in) == -1)
			return -1;
	}

	return 0;
}

/* A URL with a password: SCHEME://USER:PASSWORD@HOST. */
static bool
tells_password(const char *word)
{
	const char *user = strstr(word, "://"), *colon;
	size_t len;

	if (user == NULL)
		return false;
	user += 3;
	len = strcspn(user, "/?#");
	colon = memchr(user, ':', len);

	return colon != NULL &&
	       memchr(colon, '@', len - (size_t)(colon - user)) != NULL;
}

/* A check's words are told in events, which are lines of the ledger: P9. */
static int
argv_check(const struct list *argv, size_t check, const struct reading *in)
{
	size_t i, len = 0;

	for (i = 0; i < argv->count; i++) {
		len += strlen(argv->items[i]) + 1;
		if (tells_password(argv->items[i]))
			return err_set(in->err, EX_CONFIG,
			    "%s.checks[%zu].argv[%zu]: holds a password: let "
			    "the program read it from a file",
			    in->place, check, i);
	}
	if (argv->count > 0 && len <= ARGV_BYTES_MAX)
		return 0;

	return err_set(in->err, EX_CONFIG, "%s.checks[%zu].argv: %s", in->place,
	    check,
	    argv->count == 0 ? "expected a program, found none"
			     : "longer than 4096 bytes: write a script");
}

static int
checks_read(struct fleet_repo *repo, const struct json *array,
    const struct reading *in)
{
	struct fleet_check *check;
	const struct json *at;
	size_t i = 0;

	repo->checks = xcalloc(json_count(array) + 1, sizeof(*repo->checks));
	for (at = json_first(array); at != NULL; at = json_next(at), i++) {
		check = &repo->checks[repo->check_count++];
		list_read(&check->argv, json_get(at, "argv"));
		check->at = text_or(at, "at", "health");
		check->need = text_or(at, "need", "required");
		check->timeout_s =
		    json_get_int(at, "timeout_s", TIMEOUT_DEFAULT_S);
		if (argv_check(&check->argv, i, in) == -1)
			return -1;
	}

	return 0;
}

static int
own_policy_read(struct fleet_repo *repo, const struct json *object,
    const struct reading *in)
{
	char *place = xasprintf("%s.policy", in->place);
	struct buf text = { 0 };
	struct jw jw;
	int rc = policy_own_check(object, in->policy, place, in->err);

	free(place);
	if (rc == -1)
		return -1;
	jw_init(&jw, &text);
	policy_own_write(object, NULL, &jw);
	repo->policy = buf_take(&text);
	policy_windows_read(&repo->windows, json_get(object, "windows"));

	return 0;
}

static int
repo_read(struct fleet_repo *repo, const struct json *object,
    const struct reading *in)
{
	if (shape_check(object, repo_shape, SHAPE_CLOSED, in->place, EX_CONFIG,
		in->err) == -1)
		return -1;
	repo->repo_key = text_or(object, "repo_key", NULL);
	repo->branch = text_or(object, "branch", NULL);
	repo->trust_config = json_get_bool(object, "trust_config", false);
	list_read(&repo->depends_on, json_get(object, "depends_on"));
	list_read(&repo->after, json_get(object, "after"));
	list_read(&repo->groups, json_get(object, "groups"));
	list_sort(&repo->depends_on);
	list_sort(&repo->after);
	list_sort(&repo->groups);
	repo->path = path_expand(json_get_text(object, "path"), in->home);
	if (repo->path == NULL)
		return err_set(in->err, EX_CONFIG,
		    "%s.path: \"~\" stands for HOME, and that is not set",
		    in->place);
	if (remotes_read(repo, json_get(object, "remotes"), in) == -1 ||
	    checks_read(repo, json_get(object, "checks"), in) == -1)
		return -1;

	return own_policy_read(repo, json_get(object, "policy"), in);
}

/* F1, F2 for one list; `member` is its name. */
static int
needs_check(const struct fleet *fleet, const struct fleet_repo *repo,
    const struct list *list, const char *member, const struct reading *in)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (strcmp(list->items[i], repo->repo_key) == 0)
			return err_set(in->err, EX_CONFIG,
			    "%s.%s: names its own repository", in->place,
			    member);
		if (map_get(&fleet->by_key, list->items[i]) == NULL)
			return err_set(in->err, EX_CONFIG,
			    "%s.%s: no repository \"%s\" in the fleet",
			    in->place, member, list->items[i]);
	}

	return 0;
}

static void
reading_at(struct reading *in, const char *place, size_t i)
{
	free(in->place);
	in->place = xasprintf("%s: repos[%zu]", place, i);
}

static int
repos_read(struct fleet *fleet, const struct json *array, const char *place,
    struct reading *in)
{
	const struct json *at;
	struct fleet_repo *repo;
	size_t i = 0;

	fleet->repos = xcalloc(json_count(array) + 1, sizeof(*fleet->repos));
	for (at = json_first(array); at != NULL; at = json_next(at), i++) {
		reading_at(in, place, i);
		repo = &fleet->repos[fleet->count++];
		if (repo_read(repo, at, in) == -1)
			return -1;
		if (map_put(&fleet->by_key, repo->repo_key, repo) != NULL)
			return err_set(in->err, EX_CONFIG,
			    "%s.repo_key: \"%s\" is there before", in->place,
			    repo->repo_key);
	}
	for (i = 0; i < fleet->count; i++) {
		reading_at(in, place, i);
		repo = &fleet->repos[i];
		if (needs_check(fleet, repo, &repo->depends_on, "depends_on",
			in) == -1 ||
		    needs_check(fleet, repo, &repo->after, "after", in) == -1)
			return -1;
	}

	return 0;
}

static int
by_key(const void *a, const void *b)
{
	const struct fleet_repo *one = a, *two = b;

	return strcmp(one->repo_key, two->repo_key);
}

int
fleet_read(struct fleet *fleet, const struct json *root,
    const struct policy *policy, const char *home, const char *place,
    struct err *err)
{
	struct reading in = { policy, home, xasprintf("%s: ", place), err };
	size_t i;
	int rc = -1;

	*fleet = (struct fleet){ 0 };
	if (shape_check(root, fleet_shape, SHAPE_CLOSED, in.place, EX_CONFIG,
		err) == 0)
		rc = repos_read(fleet, json_get(root, "repos"), place, &in);
	free(in.place);
	if (rc == -1) {
		fleet_clear(fleet);
		return -1;
	}
	qsort(fleet->repos, fleet->count, sizeof(*fleet->repos), by_key);
	for (i = 0; i < fleet->count; i++)
		map_put(&fleet->by_key, fleet->repos[i].repo_key,
		    &fleet->repos[i]);

	return 0;
}

const struct fleet_repo *
fleet_find(const struct fleet *fleet, const char *repo_key)
{
	return map_get(&fleet->by_key, repo_key);
}

static void
repo_clear(struct fleet_repo *repo)
{
	size_t i;

	for (i = 0; i < repo->remote_count; i++) {
		free(repo->remotes[i].remote);
		free(repo->remotes[i].url);
		free(repo->remotes[i].role);
	}
	for (i = 0; i < repo->check_count; i++) {
		list_clear(&repo->checks[i].argv);
		free(repo->checks[i].at);
		free(repo->checks[i].need);
	}
	free(repo->repo_key);
	free(repo->path);
	free(repo->branch);
	list_clear(&repo->depends_on);
	list_clear(&repo->after);
	list_clear(&repo->groups);
	free(repo->remotes);
	free(repo->checks);
	free(repo->policy);
	policy_windows_clear(&repo->windows);
}

void
fleet_clear(struct fleet *fleet)
{
	size_t i;

	for (i = 0; i < fleet->count; i++)
		repo_clear(&fleet->repos[i]);
	free(fleet->repos);
	map_clear(&fleet->by_key);
	*fleet = (struct fleet){ 0 };
}
