#include "git/target.h"
#include "base/alloc.h"
#include "git/commit.h"
#include "git/gitconfig.h"
#include "git/odd.h"
#include "git/shared.h"
#include "git/target_in.h"
#include <git2/sys/repository.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* A copy without the slash that libgit2 ends folders with. */
static char *
folder_name(const char *path)
{
	size_t len;

	if (path == NULL)
		return NULL;
	len = strlen(path);
	while (len > 1 && path[len - 1] == '/')
		len--;

	return xstrndup(path, len);
}

/* A worktree that lies elsewhere is not the one that was asked for. */
static int
check_worktree(const struct target *target, const char *path, struct err *err)
{
	struct stat asked, found;

	if (target->worktree == NULL)
		return 0;
	if (stat(path, &asked) == -1)
		return err_sys(err, EX_DATAERR, "%s", path);
	if (stat(target->worktree, &found) == -1)
		return err_sys(err, EX_DATAERR, "%s", target->worktree);
	if (asked.st_dev != found.st_dev || asked.st_ino != found.st_ino)
		return err_set(err, EX_DATAERR, "%s: its worktree is %s", path,
		    target->worktree);

	return 0;
}

/* One without a value is one that is set. The caller's; NULL: unset. */
static char *
config_text(git_config *config, const char *name)
{
	git_config_entry *entry = NULL;
	char *text = NULL;

	if (config != NULL && git_config_get_entry(&entry, config, name) == 0)
		text = xstrdup(entry->value != NULL ? entry->value : "true");
	git_config_entry_free(entry);

	return text;
}

static enum ref_logs
logs_of(const char *value, bool bare)
{
	if (value == NULL)
		return bare ? REF_LOGS_NONE : REF_LOGS_NORMAL;
	if (strcasecmp(value, "always") == 0)
		return REF_LOGS_ALWAYS;

	return gitconfig_true(value, false) ? REF_LOGS_NORMAL : REF_LOGS_NONE;
}

/* With what the configuration says of files that are born there. */
static int
open_refs(struct target *target, struct err *err)
{
	git_config *config = NULL;
	char *logs, *shared;

	if (ref_store_open(&target->refs, target->git_dir, target->common_dir,
		err) == -1)
		return -1;
	git_repository_config_snapshot(&config, target->repo);
	logs = config_text(config, "core.logallrefupdates");
	shared = config_text(config, "core.sharedrepository");
	target->refs.logs = logs_of(logs, target->worktree == NULL);
	target->refs.shared = shared_parse(shared);
	free(logs);
	free(shared);
	git_config_free(config);

	return 0;
}

int
target_open(struct target **out, const char *path, struct err *err)
{
	struct target *target = xcalloc(1, sizeof(*target));

	*out = NULL;
	if (lg_open(&target->repo, path, err) == -1) {
		target_free(target);
		return -1;
	}
	target->git_dir = folder_name(git_repository_path(target->repo));
	target->common_dir =
	    folder_name(git_repository_commondir(target->repo));
	target->worktree = folder_name(git_repository_workdir(target->repo));
	if (check_worktree(target, path, err) == -1 ||
	    open_refs(target, err) == -1) {
		target_free(target);
		return -1;
	}
	*out = target;

	return 0;
}

void
target_free(struct target *target)
{
	int i;

	if (target == NULL)
		return;
	for (i = 0; i < 2; i++) {
		git_tree_free(target->tree[i]);
	}
	git_repository_free(target->repo);
	ref_store_close(&target->refs);
	free(target->staging);
	free(target->git_dir);
	free(target->common_dir);
	free(target->worktree);
	free(target);
}

static int
add_staging(git_repository *repo, const char *objects, struct err *err)
{
	git_odb *odb = NULL;
	int failed;

	failed = git_repository_odb(&odb, repo) < 0 ||
		 git_odb_add_disk_alternate(odb, objects) < 0;
	git_odb_free(odb);
	if (failed)
		return lg_err(err, EX_DATAERR, "%s", objects);

	return 0;
}

int
target_stage(struct target *target, const char *path, struct err *err)
{
	free(target->staging);
	target->staging = xasprintf("%s/objects", path);

	return add_staging(target->repo, target->staging, err);
}

static int
set_side(struct target *target, enum target_side side, const char *hex,
    struct err *err)
{
	if (lg_oid(&target->commit[side], hex, err) == -1)
		return -1;
	if (commit_tree(&target->tree[side], target->repo,
		&target->commit[side]) < 0)
		return lg_err(err, EX_DATAERR, "%s: %s", target->git_dir, hex);

	return 0;
}

int
target_sides(struct target *target, const char *before, const char *after,
    struct err *err)
{
	if (set_side(target, TARGET_BEFORE, before, err) == -1)
		return -1;

	return set_side(target, TARGET_AFTER, after, err);
}

const char *
target_git_dir(const struct target *target)
{
	return target->git_dir;
}

const char *
target_common_dir(const struct target *target)
{
	return target->common_dir;
}

const char *
target_worktree(const struct target *target)
{
	return target->worktree;
}

char *
target_odd_file(const struct target *target)
{
	return odd_file(target->repo, target->worktree);
}

bool
target_has_folder(struct target *target, enum target_side side,
    const char *folder)
{
	git_tree_entry *entry = NULL;
	bool found;

	if (git_tree_entry_bypath(&entry, target->tree[side], folder) < 0)
		return false;
	found = git_tree_entry_type(entry) != GIT_OBJECT_BLOB;
	git_tree_entry_free(entry);

	return found;
}

/* Does a .gitignore on the way to `path` wait to be written to? */
static bool
ignore_is_odd(const struct target *target, const char *path)
{
	char *folder = xstrdup(path), *slash, *file;
	bool odd = false;

	do {
		slash = strrchr(folder, '/');
		if (slash != NULL)
			*slash = '\0';
		file = xasprintf("%s/%s/.gitignore", target->worktree,
		    slash != NULL ? folder : ".");
		odd = odd_is(file);
		free(file);
	} while (!odd && slash != NULL);
	free(folder);

	return odd;
}

bool
target_ignores(struct target *target, const char *path)
{
	int ignored = 0;

	return !ignore_is_odd(target, path) &&
	       git_ignore_path_is_ignored(&ignored, target->repo, path) == 0 &&
	       ignored != 0;
}

bool
target_landed(struct target *target, const struct target_changes *changes)
{
	git_repository *repo = NULL;
	git_odb *odb = NULL;
	git_oid oid;
	bool all;
	size_t i;

	if (git_repository_open_bare(&repo, target->common_dir) < 0)
		return false;
	all = git_repository_odb(&odb, repo) == 0 &&
	      git_odb_exists(odb, &target->commit[TARGET_AFTER]);
	for (i = 0; all && i < changes->count; i++)
		if (changes->list[i].new_mode != TARGET_ABSENT &&
		    changes->list[i].new_mode != TARGET_GITLINK)
			all = git_oid_fromstr(&oid, changes->list[i].new_oid) ==
				  0 &&
			      git_odb_exists(odb, &oid);
	git_odb_free(odb);
	git_repository_free(repo);

	return all;
}
