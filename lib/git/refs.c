#include "git/refs.h"
#include "base/alloc.h"
#include "git/history.h"
#include "git/target_in.h"
#include <stdlib.h>
#include <string.h>

const struct ref_store *
refs_store(const struct target *target)
{
	return &target->refs;
}

int
refs_check(const struct target *target, struct err *err)
{
	struct list names = { 0 };
	int rc = ref_store_names(&target->refs, "refs/", &names, err);

	list_clear(&names);

	return rc;
}

int
refs_head(struct target *target, char **branch, struct err *err)
{
	char oid[OID_SIZE];

	return ref_store_read(&target->refs, "HEAD", oid, branch, err) == -1
		   ? -1
		   : 0;
}

int
refs_oid(struct target *target, const char *name, char oid[OID_SIZE],
    struct err *err)
{
	switch (ref_store_resolve(&target->refs, name, oid, err)) {
	case REF_OID:
		return 1;
	case REF_ABSENT:
		oid[0] = '\0';
		return 0;
	case -1:
		return -1;
	default:
		return err_set(err, EX_DATAERR, "%s: is no commit id", name);
	}
}

int
refs_move(struct target *target, const char *name, const char *from,
    const char *to, const char *message, enum refs_moved *moved,
    struct err *err)
{
	const struct ref_change change = { name, from, to, message };

	return ref_update(&target->refs, &change, moved, err);
}

bool
refs_descends(struct target *target, const char *commit, const char *old)
{
	git_oid a, b;

	if (strcmp(commit, old) == 0)
		return true;

	return git_oid_fromstr(&a, commit) == 0 &&
	       git_oid_fromstr(&b, old) == 0 &&
	       history_descends(target->repo, &a, &b);
}

bool
refs_checked_out(struct target *target, const char *name)
{
	git_reference *ref = NULL;
	bool found;

	if (git_reference_lookup(&ref, target->repo, name) < 0)
		return false;
	found = git_branch_is_checked_out(ref) != 0;
	git_reference_free(ref);

	return found;
}

void
refs_tracking(struct target *target, const char *remote, const char *ref,
    struct refspec_dsts *out)
{
	git_config_iterator *at = NULL;
	git_config_entry *entry;
	git_config *config = NULL;
	char *key = xasprintf("remote.%s.fetch", remote);
	struct list lines = { 0 };

	if (git_repository_config_snapshot(&config, target->repo) == 0 &&
	    git_config_multivar_iterator_new(&at, config, key, NULL) == 0)
		while (git_config_next(&entry, at) == 0)
			if (entry->value != NULL)
				list_add(&lines, entry->value);
	refspec_map(out, &lines, ref);
	git_config_iterator_free(at);
	git_config_free(config);
	list_clear(&lines);
	free(key);
}

int
refs_landed(struct target *target, const char *const *oids, size_t count,
    bool *landed, struct err *err)
{
	git_repository *repo = NULL;
	git_odb *odb = NULL;
	git_oid oid;
	size_t i;
	int rc = 0;

	if (git_repository_open_bare(&repo, target->common_dir) < 0 ||
	    git_repository_odb(&odb, repo) < 0)
		rc = lg_err(err, EX_DATAERR, "%s", target->common_dir);
	for (i = 0; rc == 0 && i < count; i++)
		landed[i] = git_oid_fromstr(&oid, oids[i]) == 0 &&
			    git_odb_exists(odb, &oid);
	git_odb_free(odb);
	git_repository_free(repo);

	return rc;
}
