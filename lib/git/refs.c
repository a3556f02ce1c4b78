#include "git/refs.h"
#include "base/alloc.h"
#include "git/target_in.h"
#include <stdlib.h>
#include <string.h>

const struct ref_store *
refs_store(const struct target *target)
{
	return &target->refs;
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
	       git_graph_descendant_of(target->repo, &a, &b) == 1;
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

/* One line of remote.NAME.fetch: what `branch` becomes by it, or NULL. */
static char *
map_branch(const char *line, const char *branch)
{
	git_refspec *spec = NULL;
	git_buf mapped = { 0 };
	char *name = NULL;

	if (git_refspec_parse(&spec, line, 1) == 0 &&
	    git_refspec_src_matches(spec, branch) &&
	    git_refspec_transform(&mapped, spec, branch) == 0 &&
	    mapped.ptr != NULL && strncmp(mapped.ptr, "refs/", 5) == 0 &&
	    strncmp(mapped.ptr, "refs/heads/", 11) != 0)
		name = xstrdup(mapped.ptr);
	git_buf_dispose(&mapped);
	git_refspec_free(spec);

	return name;
}

char *
refs_tracking(struct target *target, const char *remote, const char *branch)
{
	git_config_iterator *lines = NULL;
	git_config_entry *entry;
	git_config *config = NULL;
	char *key = xasprintf("remote.%s.fetch", remote);
	char *name = NULL;

	if (git_repository_config_snapshot(&config, target->repo) == 0 &&
	    git_config_multivar_iterator_new(&lines, config, key, NULL) == 0)
		while (name == NULL && git_config_next(&entry, lines) == 0)
			name = map_branch(entry->value, branch);
	git_config_iterator_free(lines);
	git_config_free(config);
	free(key);

	return name;
}
