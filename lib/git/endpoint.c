#include "git/endpoint.h"
#include "base/alloc.h"
#include "git/daemon.h"
#include "git/http.h"
#include "git/keyring.h"
#include "git/lg.h"
#include "git/place.h"
#include "git/ref_store.h"
#include "git/ssh.h"
#include "git/trouble.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char heads[] = "refs/heads/";
static const char tags[] = "refs/tags/";

int
endpoint_start(struct err *err)
{
	keyring_begin();
	if (daemon_register(err) == -1 || http_register(err) == -1)
		return -1;

	return ssh_register(err);
}

void
endpoint_add(struct endpoint *endpoint, const char *name, const char *oid)
{
	struct endpoint_ref *ref;

	endpoint->refs = xgrow(endpoint->refs, endpoint->ref_count,
	    &endpoint->ref_cap, sizeof(*ref));
	ref = &endpoint->refs[endpoint->ref_count++];
	ref->name = xstrdup(name);
	memcpy(ref->oid, oid, OID_SIZE);
}

void
endpoint_add_tag(struct endpoint *endpoint, const char *name, const char *oid,
    const char *peeled)
{
	struct endpoint_tag *tag;

	if (endpoint->tag_count == ENDPOINT_TAGS_MAX ||
	    strncmp(name, tags, sizeof(tags) - 1) != 0 || !ref_valid(name))
		return;
	endpoint->tags = xgrow(endpoint->tags, endpoint->tag_count,
	    &endpoint->tag_cap, sizeof(*tag));
	tag = &endpoint->tags[endpoint->tag_count++];
	tag->name = xstrdup(name);
	memcpy(tag->oid, oid, OID_SIZE);
	memcpy(tag->peeled, peeled, OID_SIZE);
}

const char *
endpoint_tip(const struct endpoint *endpoint, const char *ref)
{
	size_t i;

	for (i = 0; i < endpoint->ref_count; i++)
		if (strcmp(endpoint->refs[i].name, ref) == 0)
			return endpoint->refs[i].oid;

	return NULL;
}

static void
set_head(struct endpoint *endpoint, const char *target)
{
	if (target && strncmp(target, heads, sizeof(heads) - 1) == 0 &&
	    ref_valid(target))
		endpoint->head = xstrdup(target + sizeof(heads) - 1);
}

/* What a place that is no repository of ours means for who reads from it. */
static const char *
place_class(const char *reason)
{
	if (strcmp(reason, "missing") == 0)
		return "not-found";
	if (strcmp(reason, "foreign-owner") == 0)
		return "forbidden";
	if (strcmp(reason, "unsupported-format") == 0)
		return "unsupported-url";

	return "not-git";
}

static void
list_refs(struct endpoint *endpoint, const struct ref_dirs *dirs,
    const char *const *wanted, size_t count)
{
	char oid[OID_SIZE], *target = NULL;
	size_t i;

	for (i = 0; i < count; i++)
		if (ref_read(dirs, wanted[i], oid, NULL) == REF_OID)
			endpoint_add(endpoint, wanted[i], oid);
	endpoint->class = "ok";
	if (endpoint->ref_count == count)
		return;
	if (ref_read(dirs, "HEAD", oid, &target) == REF_OID)
		set_head(endpoint, target);
	free(target);
	if (!ref_any(dirs))
		endpoint->class = "empty-advert";
}

static void
list_path(struct endpoint *endpoint, const char *path,
    const char *const *wanted, size_t count)
{
	struct place place = { 0 };
	struct ref_dirs dirs;

	place_find(&place, path, NULL, PLACE_UPSTREAM);
	if (place.reason) {
		endpoint->class = place_class(place.reason);
		endpoint->detail = place.detail;
		place.detail = NULL;
	} else {
		dirs = place_dirs(&place);
		list_refs(endpoint, &dirs, wanted, count);
	}
	place_clear(&place);
}

/* Did libgit2 find its own words for this, or a remote's (P9)? */
static bool
own_words(void)
{
	const git_error *last = git_error_last();

	switch (last ? last->klass : GIT_ERROR_NONE) {
	case GIT_ERROR_NOMEMORY:
	case GIT_ERROR_OS:
	case GIT_ERROR_ZLIB:
	case GIT_ERROR_INDEXER:
	case GIT_ERROR_ODB:
		return true;
	default:
		return false;
	}
}

const char *
endpoint_trouble(char **detail)
{
	const struct trouble *trouble = trouble_last();
	const char *said = lg_said(), *code;

	*detail = NULL;
	if (trouble->code) {
		if (trouble->detail[0] != '\0')
			*detail = xstrdup(trouble->detail);
		return trouble->code;
	}
	if (own_words())
		*detail = url_redacted(said);
	code = trouble_code_of(said, strlen(said));

	return code ? code : "not-git";
}

static bool
is_wanted(const char *name, const char *const *wanted, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(name, wanted[i]) == 0)
			return true;

	return false;
}

/* Does one of the wanted refs stand there? */
static bool
is_tip(const struct endpoint *endpoint, const git_oid *oid)
{
	char hex[OID_SIZE];
	size_t i;

	lg_hex(hex, oid);
	for (i = 0; i < endpoint->ref_count; i++)
		if (strcmp(endpoint->refs[i].oid, hex) == 0)
			return true;

	return false;
}

/* "refs/tags/v1^{}" stands behind "refs/tags/v1"; NULL: it does not. */
static const git_remote_head *
peeled_of(const git_remote_head *tag, const git_remote_head *next)
{
	size_t len = strlen(tag->name);

	return next != NULL && strncmp(next->name, tag->name, len) == 0 &&
		       strcmp(next->name + len, "^{}") == 0
		   ? next
		   : NULL;
}

static void
keep_tag(struct endpoint *endpoint, const git_remote_head *tag,
    const git_remote_head *peeled)
{
	char oid[OID_SIZE], to[OID_SIZE];

	lg_hex(oid, &tag->oid);
	lg_hex(to, peeled != NULL ? &peeled->oid : &tag->oid);
	endpoint_add_tag(endpoint, tag->name, oid, to);
}

/* Those at a tip first: a long list of others leaves room for them. */
static void
keep_tags(struct endpoint *endpoint, const git_remote_head **list, size_t total,
    const struct list *have)
{
	const git_remote_head *next, *peeled;
	bool tip;
	int pass;
	size_t i;

	for (pass = 0; pass < 2; pass++)
		for (i = 0; i < total; i++) {
			if (strncmp(list[i]->name, tags, sizeof(tags) - 1) != 0)
				continue;
			next = i + 1 < total ? list[i + 1] : NULL;
			peeled = peeled_of(list[i], next);
			tip = peeled != NULL && is_tip(endpoint, &peeled->oid);
			if (pass == 0 ? tip
				      : !tip && have != NULL &&
					    ref_names_free(have, list[i]->name))
				keep_tag(endpoint, list[i], peeled);
		}
}

static int
keep_heads(struct endpoint *endpoint, git_remote *remote,
    const char *const *wanted, size_t count, const struct list *have)
{
	const git_remote_head **list;
	char hex[OID_SIZE];
	size_t i, total;

	if (git_remote_ls(&list, &total, remote) < 0)
		return -1;
	for (i = 0; i < total; i++) {
		if (strcmp(list[i]->name, "HEAD") == 0)
			set_head(endpoint, list[i]->symref_target);
		if (!is_wanted(list[i]->name, wanted, count))
			continue;
		lg_hex(hex, &list[i]->oid);
		endpoint_add(endpoint, list[i]->name, hex);
	}
	keep_tags(endpoint, list, total, have);
	endpoint->class = total > 0 ? "ok" : "empty-advert";

	return 0;
}

static void
list_network(struct endpoint *endpoint, const struct url *url,
    const char *const *wanted, size_t count, const struct list *have)
{
	git_remote_connect_options options;
	git_remote *remote = NULL;

	trouble_clear();
	git_error_clear();
	git_remote_connect_options_init(&options,
	    GIT_REMOTE_CONNECT_OPTIONS_VERSION);
	if (git_remote_create_detached(&remote, url->text) < 0 ||
	    git_remote_connect_ext(remote, GIT_DIRECTION_FETCH, &options) < 0 ||
	    keep_heads(endpoint, remote, wanted, count, have) == -1)
		endpoint->class = endpoint_trouble(&endpoint->detail);
	git_remote_free(remote);
}

void
endpoint_list(struct endpoint *endpoint, const struct url *url,
    const struct access *access, const char *const *wanted, size_t count,
    const struct list *have)
{
	if (url->protocol == URL_FILE) {
		list_path(endpoint, url->path, wanted, count);
		return;
	}
	access_use(access);
	list_network(endpoint, url, wanted, count, have);
	access_use(NULL);
}

void
endpoint_clear(struct endpoint *endpoint)
{
	size_t i;

	for (i = 0; i < endpoint->tag_count; i++)
		free(endpoint->tags[i].name);
	free(endpoint->tags);

	for (i = 0; i < endpoint->ref_count; i++)
		free(endpoint->refs[i].name);
	free(endpoint->refs);
	free(endpoint->detail);
	free(endpoint->head);
	*endpoint = (struct endpoint){ 0 };
}
