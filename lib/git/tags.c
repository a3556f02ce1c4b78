#include "git/tags.h"
#include "git/lg.h"
#include "git/ref_store.h"
#include "json/utf8.h"
#include "model/fleet.h"
#include <string.h>

#define CHAIN_MAX 16 /* tags of tags of ... */

bool
tag_told(const char *name)
{
	return strlen(name) <= TAG_NAME_MAX && utf8_valid(name) &&
	       fleet_ref_valid(name);
}

/* From a tag's object to what it names, all of it there? */
static bool
chain_holds(git_odb *odb, git_repository *repo, git_oid oid,
    const git_oid *peeled)
{
	git_object_t type;
	git_tag *tag;
	size_t len;
	int i;

	for (i = 0; i < CHAIN_MAX; i++) {
		if (git_odb_read_header(&len, &type, odb, &oid) < 0)
			return false;
		if (type != GIT_OBJECT_TAG)
			return git_oid_equal(&oid, peeled);
		if (git_tag_lookup(&tag, repo, &oid) < 0)
			return false;
		git_oid_cpy(&oid, git_tag_target_id(tag));
		git_tag_free(tag);
	}

	return false;
}

static enum tag_state
look(git_odb *odb, git_repository *repo, const struct endpoint_tag *tag)
{
	git_oid oid, peeled;

	if (git_oid_fromstr(&oid, tag->oid) < 0 ||
	    git_oid_fromstr(&peeled, tag->peeled) < 0 ||
	    !git_odb_exists(odb, &peeled))
		return TAG_ABSENT;

	return chain_holds(odb, repo, oid, &peeled) ? TAG_WHOLE : TAG_NAMED;
}

void
tags_look(const char *folder, const struct endpoint_tag *tags, size_t count,
    enum tag_state *states)
{
	git_repository *repo = NULL;
	git_odb *odb = NULL;
	struct err err;
	bool open;
	size_t i;

	open = count > 0 && lg_open(&repo, folder, &err) == 0 &&
	       git_repository_odb(&odb, repo) == 0;
	for (i = 0; i < count; i++)
		states[i] = open ? look(odb, repo, &tags[i]) : TAG_ABSENT;
	git_odb_free(odb);
	git_repository_free(repo);
}

struct wanted {
	const struct list *have; /* names that none may be in the way of */
	const char *tip;         /* NULL: wherever they stand */
};

/* An object that is no tag peels to itself. */
static int
peel(git_object **peeled, git_repository *repo, const git_oid *oid)
{
	git_object *object = NULL;
	git_object_t type;
	int rc = git_object_lookup(&object, repo, oid, GIT_OBJECT_ANY);

	if (rc == 0) {
		type = git_object_type(object);
		rc = git_object_peel(peeled, object,
		    type == GIT_OBJECT_TAG ? GIT_OBJECT_ANY : type);
	}
	git_object_free(object);

	return rc;
}

static void
add(struct endpoint *endpoint, git_repository *repo, git_reference *ref,
    const struct wanted *wanted)
{
	const git_oid *oid = git_reference_target(ref);
	char hex[OID_SIZE], to[OID_SIZE];
	git_object *peeled = NULL;

	if (oid == NULL || peel(&peeled, repo, oid) < 0)
		return;
	lg_hex(hex, oid);
	lg_hex(to, git_object_id(peeled));
	git_object_free(peeled);
	if (wanted->tip == NULL ||
	    (strcmp(to, wanted->tip) == 0 && strcmp(hex, to) != 0))
		endpoint_add_tag(endpoint, git_reference_name(ref), hex, to);
}

static void
read_path(struct endpoint *endpoint, const char *path,
    const struct wanted *wanted)
{
	git_reference_iterator *refs = NULL;
	git_repository *repo = NULL;
	git_reference *ref;
	struct err err;

	if (lg_open(&repo, path, &err) == 0 &&
	    git_reference_iterator_glob_new(&refs, repo, "refs/tags/*") == 0)
		while (git_reference_next(&ref, refs) == 0) {
			if (wanted->have == NULL ||
			    ref_names_free(wanted->have,
				git_reference_name(ref)))
				add(endpoint, repo, ref, wanted);
			git_reference_free(ref);
		}
	git_reference_iterator_free(refs);
	git_repository_free(repo);
}

void
tags_of_path(struct endpoint *endpoint, const char *path,
    const struct list *have)
{
	const struct wanted wanted = { .have = have };

	read_path(endpoint, path, &wanted);
}

void
tags_at_tip(struct endpoint *endpoint, const char *path, const char *tip)
{
	const struct wanted wanted = { .tip = tip };

	read_path(endpoint, path, &wanted);
}

void
tags_here(const char *common_dir, struct list *names)
{
	struct ref_store store;
	struct err err;

	if (ref_store_open(&store, common_dir, common_dir, &err) == -1)
		return;
	if (ref_store_names(&store, "refs/tags/", names, &err) == -1)
		list_clear(names);
	ref_store_close(&store);
}
