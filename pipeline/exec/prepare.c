#include "prepare.h"
#include "base/alloc.h"
#include "files.h"
#include "folder.h"
#include "git/refs.h"
#include "join.h"
#include "json/jw.h"
#include "lfs.h"
#include "loose.h"
#include "newindex.h"
#include "story.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A4: a branch is moved forward, and back only where the plan is to undo. */
static int
check_direction(struct apply *apply)
{
	bool undo = apply_goes_back(apply);
	const char *old = undo ? apply->after : apply->before;
	const char *new = undo ? apply->before : apply->after;

	if (strcmp(old, new) == 0)
		return apply_stop(apply, VERDICT_REFUSED, "current",
		    "nothing to do");
	if (!refs_descends(apply->target, new, old))
		return apply_stop(apply, VERDICT_REFUSED, "diverged",
		    "%s does not descend from %s", new, old);

	return 0;
}

static int
check_branch(struct apply *apply)
{
	char oid[OID_SIZE];
	struct err err;

	if (refs_check(apply->target, &err) == -1 ||
	    refs_oid(apply->target, apply->ref, oid, &err) == -1)
		return apply_fail(apply, &err);
	if (strcmp(oid, apply->before) != 0)
		return apply_stop(apply, VERDICT_REFUSED, "stale-plan",
		    "%s is no longer at %s", apply->ref, apply->before);

	return 0;
}

/* What git would read as well, and no checkout should hold. */
static int
check_trees(struct apply *apply)
{
	struct target_changes changes;
	struct err err;

	if (target_diff(apply->target, &changes, &err) == -1)
		return apply_stop(apply, VERDICT_REFUSED, "unsafe-tree", "%s",
		    err.text);
	target_changes_clear(&changes);

	return 0;
}

static int
read_commits(struct apply *apply)
{
	struct err err;

	if (check_branch(apply) == -1)
		return -1;
	if ((apply->staging != NULL &&
		target_stage(apply->target, apply->staging, &err) == -1) ||
	    target_sides(apply->target, apply->before, apply->after, &err) ==
		-1)
		return apply_fail(apply, &err);
	if (check_direction(apply) == -1)
		return -1;

	return apply_refs_only(apply) ? 0 : check_trees(apply);
}

static void
say_started(struct apply *apply)
{
	struct buf data = { 0 };
	struct jw jw;

	jw_init(&jw, &data);
	jw_object(&jw, NULL);
	jw_int(&jw, "token", apply->token);
	jw_text(&jw, "branch", apply->branch);
	jw_text(&jw, "before", apply->before);
	jw_text(&jw, "after", apply->after);
	jw_text(&jw, "strategy", apply->strategy);
	jw_end(&jw);
	apply_say(apply, "apply.started", apply->name, &data);
	buf_clear(&data);
}

/* J1. A token is used once: its journal is somebody's story already. */
static int
open_journal(struct apply *apply)
{
	char *path = xasprintf("journals/%s", apply->name);
	bool used = faccessat(apply->state->fd, path, F_OK, 0) == 0;
	struct err err;

	free(path);
	if (used)
		return apply_stop(apply, VERDICT_REFUSED, "stale-plan",
		    "token %s has been used", apply->name);
	say_started(apply);
	if (story_write(apply, false, &err) == -1)
		return apply_fail(apply, &err);
	apply->journaled = true;

	return 0;
}

/* What another apply left must be closed before anything is begun. */
static int
check_home(struct apply *apply)
{
	DIR *dir = fdopendir(dup(apply->home_fd));
	struct dirent *entry;
	int rc = 0;

	if (dir == NULL)
		return apply_fail_sys(apply, "hermes");
	rewinddir(dir);
	while (rc == 0 && (entry = readdir(dir)) != NULL)
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			rc = apply_stop(apply, VERDICT_REFUSED, "interrupted",
			    "%s/hermes/%s: an apply was left open here",
			    target_git_dir(apply->target), entry->d_name);
	closedir(dir);

	return rc;
}

static int
make_folder(struct apply *apply)
{
	struct err err;

	if (mkdirat(apply->home_fd, apply->name, 0700) == -1)
		return apply_fail_sys(apply, apply->name);
	apply->token_fd = folder_own(apply->home_fd, apply->name, false, &err);
	if (apply->token_fd == -1 ||
	    folder_write(apply->token_fd, "owner", apply->cycle,
		strlen(apply->cycle), &err) == -1 ||
	    folder_write(apply->token_fd, "lock", "", 0, &err) == -1)
		return apply_fail(apply, &err);
	if (fsync(apply->home_fd) == -1)
		return apply_fail_sys(apply, "hermes");

	return 0;
}

/* X5: where files cannot change places, Hermes has no business. */
static int
check_exchange(struct apply *apply)
{
	struct stat here, there;
	struct err err;

	if (fstat(apply->token_fd, &here) == -1 ||
	    fstat(apply->tree_fd, &there) == -1)
		return apply_fail_sys(apply, apply->path);
	if (here.st_dev != there.st_dev)
		return apply_stop(apply, VERDICT_REFUSED, "filesystem",
		    "the git dir is on another file system");
	if (folder_write(apply->token_fd, "x", "", 0, &err) == -1)
		return apply_fail(apply, &err);
	if (renameat2(apply->token_fd, "x", apply->token_fd, "lock",
		RENAME_EXCHANGE) == -1)
		return apply_stop(apply, VERDICT_REFUSED, "filesystem",
		    "files cannot change places here: %s", strerror(errno));
	unlinkat(apply->token_fd, "x", 0);

	return 0;
}

static int
plan_steps(struct apply *apply)
{
	struct err err;

	if (ops_plan(&apply->ops, apply->target, &apply->changes,
		apply->tree_fd, &err) == -1)
		return apply_fail(apply, &err);

	return files_look(apply);
}

static int
write_journal(struct apply *apply)
{
	struct buf text = { 0 };
	struct err err;
	int rc;

	ops_write(&apply->ops, &text);
	rc = folder_write(apply->token_fd, "journal.new", text.data, text.len,
	    &err);
	buf_clear(&text);
	if (rc == -1)
		return apply_fail(apply, &err);
	if (fsync(apply->token_fd) == -1 ||
	    renameat(apply->token_fd, "journal.new", apply->token_fd,
		"journal") == -1 ||
	    fsync(apply->token_fd) == -1)
		return apply_fail_sys(apply, "journal");

	return 0;
}

static int
fill_folder(struct apply *apply)
{
	if (!apply_refs_only(apply) &&
	    (check_exchange(apply) == -1 || newindex_prepare(apply) == -1 ||
		plan_steps(apply) == -1 || files_prepare(apply) == -1 ||
		lfs_land(apply) == -1))
		return -1;
	if (prepare_packs(apply) == -1)
		return -1;
	if (!loose_landed(apply))
		return apply_stop(apply, VERDICT_FAILED, "corrupt",
		    "objects of %s are missing", apply->after);

	return write_journal(apply);
}

int
prepare(struct apply *apply)
{
	if (read_commits(apply) == -1 || open_journal(apply) == -1 ||
	    check_home(apply) == -1)
		return -1;
	if (make_folder(apply) == -1 || fill_folder(apply) == -1) {
		packs_release(apply);
		join_tidy(apply);
		folder_remove(apply->home_fd, apply->name); /* R1 */
		return -1;
	}

	return 0;
}
