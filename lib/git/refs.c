#include "git/refs.h"
#include "base/alloc.h"
#include "git/target_in.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int
refs_head(struct target *target, char **branch, struct err *err)
{
	git_reference *head = NULL;

	*branch = NULL;
	if (git_reference_lookup(&head, target->repo, "HEAD") < 0)
		return lg_err(err, EX_DATAERR, "%s/HEAD", target->git_dir);
	if (git_reference_type(head) == GIT_REFERENCE_SYMBOLIC)
		*branch = xstrdup(git_reference_symbolic_target(head));
	git_reference_free(head);

	return 0;
}

int
refs_oid(struct target *target, const char *name, char oid[OID_SIZE],
    struct err *err)
{
	git_oid id;
	int rc = git_reference_name_to_id(&id, target->repo, name);

	oid[0] = '\0';
	if (rc == GIT_ENOTFOUND)
		return 0;
	if (rc < 0)
		return lg_err(err, EX_DATAERR, "%s", name);
	lg_hex(oid, &id);

	return 1;
}

/* GIT_EMODIFIED: it stands elsewhere; GIT_EEXISTS: it should not exist. */
/* The system failed where it has a number, else what is there is damaged. */
static int
not_moved(const char *name, struct err *err)
{
	lg_err(err, EX_IOERR, "%s", name);
	if (err->number == 0)
		err->code = EX_DATAERR;

	return -1;
}

static int
moved_by(int rc, const char *name, enum refs_moved *moved, struct err *err)
{
	switch (rc) {
	case 0:
		*moved = REFS_MOVED;
		return 0;
	case GIT_EMODIFIED:
	case GIT_EEXISTS:
	case GIT_ENOTFOUND:
		*moved = REFS_CHANGED;
		return 0;
	case GIT_ELOCKED:
		*moved = REFS_LOCKED;
		return 0;
	default:
		return not_moved(name, err);
	}
}

static int
refs_remove(struct target *target, const char *name, const git_oid *from)
{
	git_reference *ref = NULL;
	int rc = git_reference_lookup(&ref, target->repo, name);

	if (rc == 0 && (git_reference_target(ref) == NULL ||
			   !git_oid_equal(git_reference_target(ref), from)))
		rc = GIT_EMODIFIED;
	if (rc == 0)
		rc = git_reference_delete(ref);
	git_reference_free(ref);

	return rc;
}

/* A new ref is its lock linked to its name, then the lock goes: libgit2 does
 * not look whether it did. */
static void
drop_linked_lock(const struct target *target, const char *name)
{
	char *ref = xasprintf("%s/%s", target->common_dir, name);
	char *lock = xasprintf("%s.lock", ref);
	struct stat a, b;

	if (lstat(ref, &a) == 0 && lstat(lock, &b) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino)
		unlink(lock);
	free(lock);
	free(ref);
}

int
refs_move(struct target *target, const char *name, const char *from,
    const char *to, const char *message, enum refs_moved *moved,
    struct err *err)
{
	git_reference *ref = NULL;
	git_oid old = { 0 }, new;
	int rc;

	if ((from != NULL && lg_oid(&old, from, err) == -1) ||
	    (to != NULL && lg_oid(&new, to, err) == -1))
		return -1;
	if (to == NULL)
		return moved_by(refs_remove(target, name, &old), name, moved,
		    err);
	rc = git_repository_set_ident(target->repo, "Hermes",
	    "hermes@localhost");
	if (rc == 0)
		rc = git_reference_create_matching(&ref, target->repo, name,
		    &new, 1, &old, message);
	git_reference_free(ref);
	if (from == NULL)
		drop_linked_lock(target, name);

	return moved_by(rc, name, moved, err);
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
