#include "prepare.h"
#include "base/alloc.h"
#include "folder.h"
#include "git/blob.h"
#include "git/index.h"
#include "git/refs.h"
#include "git/sound.h"
#include "json/jw.h"
#include "store/io.h"
#include "story.h"
#include "sync.h"
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

	if (refs_oid(apply->target, apply->ref, oid, &err) == -1)
		return apply_fail(apply, &err);
	if (strcmp(oid, apply->before) != 0)
		return apply_stop(apply, VERDICT_REFUSED, "stale-plan",
		    "%s is no longer at %s", apply->ref, apply->before);

	return 0;
}

/* A path that turns between submodule and folder needs git's own care. */
static int
check_gitlinks(struct apply *apply)
{
	const struct target_change *change;
	size_t i;

	for (i = 0; i < apply->changes.count; i++) {
		change = &apply->changes.list[i];
		if ((change->old_mode == TARGET_GITLINK &&
			target_has_folder(apply->target, TARGET_AFTER,
			    change->path)) ||
		    (change->new_mode == TARGET_GITLINK &&
			target_has_folder(apply->target, TARGET_BEFORE,
			    change->path)))
			return apply_stop(apply, VERDICT_REFUSED, "submodules",
			    "%s: a submodule and a folder change places",
			    change->path);
	}

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
	if (apply_refs_only(apply))
		return 0;
	if (target_diff(apply->target, &apply->changes, &err) == -1)
		return apply_stop(apply, VERDICT_REFUSED, "unsafe-tree", "%s",
		    err.text);
	if (check_gitlinks(apply) == -1)
		return -1;
	apply->stats =
	    xcalloc(apply->changes.count + 1, sizeof(apply->stats[0]));
	if (ops_plan(&apply->ops, apply->target, &apply->changes,
		apply->tree_fd, &err) == -1)
		return apply_fail(apply, &err);

	return 0;
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

/* The remote-tracking ref, where it may be written (N1). */
static char *
tracking_of(struct apply *apply)
{
	char *name = refs_tracking(apply->target, apply->remote, apply->ref);
	char *fault =
	    name != NULL
		? sound_ref_fault(target_common_dir(apply->target), name)
		: NULL;

	if (fault != NULL) {
		free(name);
		name = NULL;
	}
	free(fault);

	return name;
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
	if (apply->remote != NULL)
		apply->tracking = tracking_of(apply);
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

/* The nearest folder above `path` that is there already. */
static int
nearest_folder(const struct apply *apply, const char *path, struct stat *st)
{
	char *folder = xstrdup(path), *slash;
	int rc;

	do {
		slash = strrchr(folder, '/');
		if (slash != NULL)
			*slash = '\0';
		else
			strcpy(folder, ".");
		rc = folder_lstat(apply->tree_fd, folder, st);
	} while (rc == -1 && slash != NULL);
	free(folder);

	return rc;
}

/* In a folder that hands its group down git's new files have that group. */
static void
take_group(struct apply *apply, const char *path, const char *name)
{
	struct stat st;

	if (nearest_folder(apply, path, &st) == 0 &&
	    (st.st_mode & S_ISGID) != 0)
		fchownat(apply->token_fd, name, (uid_t)-1, st.st_gid,
		    AT_SYMLINK_NOFOLLOW);
}

static int
prepare_file(struct apply *apply, size_t i)
{
	struct op *op = &apply->ops.list[i];
	char name[OP_NAME_SIZE];
	const char *why;
	struct err err;
	struct stat *st;

	switch (
	    blob_writable(apply->target, TARGET_AFTER, op->path, &why, &err)) {
	case 0:
		return apply_stop(apply, VERDICT_REFUSED, "needs-filter",
		    "%s: attribute %s", op->path, why);
	case -1:
		return apply_fail(apply, &err);
	}
	op_name(name, 'n', i);
	if (blob_write(apply->target, TARGET_AFTER, op->path, op->new_oid,
		op->new_mode, apply->token_fd, name, &err) == -1)
		return apply_fail(apply, &err);
	take_group(apply, op->path, name);
	st = &apply->stats[op->change];
	if (fstatat(apply->token_fd, name, st, AT_SYMLINK_NOFOLLOW) == -1)
		return apply_fail_sys(apply, name);
	op->inode = st->st_ino;

	return 0;
}

static int
prepare_files(struct apply *apply)
{
	size_t i;

	for (i = 0; i < apply->ops.count; i++)
		if ((apply->ops.list[i].kind == OP_ADD ||
			apply->ops.list[i].kind == OP_CHANGE) &&
		    prepare_file(apply, i) == -1)
			return -1;

	return sync_files(apply); /* R2 */
}

/* `index` as a copy of what `old-index` holds. */
static int
copy_index(struct apply *apply)
{
	struct buf bytes = { 0 };
	struct err err;
	int fd, rc = 0;

	fd = openat(apply->token_fd, "old-index", O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return apply_fail_sys(apply, "old-index");
	if (io_read_from(fd, 0, &bytes) == -1)
		rc = apply_fail_sys(apply, "old-index");
	else if (folder_write(apply->token_fd, "index", buf_text(&bytes),
		     bytes.len, &err) == -1)
		rc = apply_fail(apply, &err);
	buf_clear(&bytes);
	close(fd);

	return rc;
}

/* 1 and the old index's stat; 0 where there is none. */
static int
keep_old_index(struct apply *apply, struct stat *old)
{
	if (linkat(apply->git_fd, "index", apply->token_fd, "old-index", 0) ==
	    -1)
		return errno == ENOENT ? 0 : apply_fail_sys(apply, "index");
	if (fstatat(apply->token_fd, "old-index", old, AT_SYMLINK_NOFOLLOW) ==
	    -1)
		return apply_fail_sys(apply, "old-index");
	if (!S_ISREG(old->st_mode))
		return apply_stop(apply, VERDICT_REFUSED, "unsupported-format",
		    "%s/index: no regular file", target_git_dir(apply->target));

	return copy_index(apply) == -1 ? -1 : 1;
}

static int
prepare_index(struct apply *apply)
{
	struct stat old;
	struct err err;
	char *file;
	int had, rc;

	had = keep_old_index(apply, &old);
	if (had == -1)
		return -1;
	file = xasprintf("%s/hermes/%s/index", target_git_dir(apply->target),
	    apply->name);
	rc = index_change(file, had ? &old : NULL, &apply->changes,
	    apply->stats, &err);
	free(file);

	return rc == -1 ? apply_fail(apply, &err) : 0;
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
	    (check_exchange(apply) == -1 || prepare_files(apply) == -1 ||
		prepare_index(apply) == -1))
		return -1;
	if (prepare_packs(apply) == -1)
		return -1;
	if (!target_landed(apply->target, &apply->changes))
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
		folder_remove(apply->home_fd, apply->name); /* R1 */
		return -1;
	}

	return 0;
}
