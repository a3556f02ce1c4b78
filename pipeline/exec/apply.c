#include "apply.h"
#include "base/alloc.h"
#include "folder.h"
#include "git/place.h"
#include "git/refs.h"
#include "git/sound.h"
#include "model/event.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

const char *
verdict_name(enum verdict verdict)
{
	static const char *const names[] = { "none", "applied", "refused",
		"rolled-back", "rollback-blocked", "failed", "blocked",
		"interrupted" };

	return names[verdict];
}

void
apply_init(struct apply *apply, const struct state *state)
{
	*apply = (struct apply){ .state = state };
	apply->tree_fd = apply->git_fd = apply->common_fd = -1;
	apply->home_fd = apply->token_fd = apply->lock_fd = -1;
	doc_new(&apply->said, "hermes.scratch/1");
}

static void
close_fd(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

void
apply_clear(struct apply *apply)
{
	close_fd(&apply->tree_fd);
	close_fd(&apply->git_fd);
	close_fd(&apply->common_fd);
	close_fd(&apply->home_fd);
	close_fd(&apply->token_fd);
	close_fd(&apply->lock_fd);
	target_changes_clear(&apply->changes);
	ops_clear(&apply->ops);
	moves_clear(&apply->moves);
	target_free(apply->target);
	free(apply->ref);
	free(apply->rollback_ref);
	content_close(&apply->content);
	place_clear(&apply->place);
	doc_clear(&apply->said);
	buf_clear(&apply->checks_run);
	apply_init(apply, apply->state);
	doc_clear(&apply->said);
}

bool
apply_refs_only(const struct apply *apply)
{
	return apply->tree_fd == -1;
}

bool
apply_goes_back(const struct apply *apply)
{
	return strcmp(apply->strategy, "rollback") == 0;
}

const char *
apply_moved_code(const struct apply *apply)
{
	return apply_goes_back(apply) ? "rollback-blocked" : "stale-plan";
}

int
apply_stop(struct apply *apply, enum verdict verdict, const char *code,
    const char *fmt, ...)
{
	va_list args;

	if (apply->verdict != VERDICT_NONE)
		return -1;
	apply->verdict = verdict;
	apply->code = code;
	va_start(args, fmt);
	vsnprintf(apply->detail, sizeof(apply->detail), fmt, args);
	va_end(args);

	return -1;
}

const char *
apply_code_of(const struct err *err)
{
	switch (err->number) {
	case ENOSPC:
	case EDQUOT:
		return "no-space";
	case EROFS:
		return "read-only-fs";
	case ELOOP: /* F2 of ref_store.h */
		if (err->code == EX_DATAERR)
			return "unsupported-format";
		return "filesystem";
	default:
		return err->code == EX_DATAERR ? "corrupt" : "filesystem";
	}
}

int
apply_fail(struct apply *apply, const struct err *err)
{
	return apply_stop(apply, VERDICT_FAILED, apply_code_of(err), "%s",
	    err->text);
}

int
apply_fail_sys(struct apply *apply, const char *what)
{
	struct err err;

	err_sys(&err, EX_IOERR, "%s", what);

	return apply_fail(apply, &err);
}

void
apply_say(struct apply *apply, const char *type, const char *more,
    struct buf *data)
{
	char *whole = xasprintf("hermes.%s", type);
	struct event event = {
		.source = "hermes-exec",
		.type = whole,
		.subject = apply->repo_key,
		.more = more,
		.cycle = apply->cycle,
	};

	event_add(&apply->said, &event, data);
	free(whole);
}

static int
open_folder(const char *path)
{
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Open the worktree unless it is not this branch that it shows. */
static int
open_tree(struct apply *apply)
{
	const char *worktree = target_worktree(apply->target);

	if (strcmp(apply->strategy, "ref-only") == 0)
		return 0;
	if (worktree == NULL)
		return apply_goes_back(apply)
			   ? 0
			   : apply_stop(apply, VERDICT_REFUSED, "stale-plan",
				 "%s: has no worktree any more", apply->path);
	apply->tree_fd = open_folder(worktree);
	if (apply->tree_fd == -1)
		return apply_fail_sys(apply, worktree);

	return 0;
}

static int
take_lock(struct apply *apply)
{
	struct err err;
	int home = folder_own(apply->common_fd, "hermes", true, &err);

	if (home == -1)
		return apply_fail(apply, &err);
	apply->lock_fd = openat(home, "lock",
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	close(home);
	if (apply->lock_fd == -1)
		return apply_fail_sys(apply, "hermes/lock");
	if (flock(apply->lock_fd, LOCK_EX | LOCK_NB) == -1)
		return apply_stop(apply, VERDICT_REFUSED, "lease-foreign",
		    "%s/hermes/lock: another hermes-exec is at work here",
		    target_common_dir(apply->target));

	return 0;
}

/* B1 once more, before libgit2 sees it: what the probe found may have been
 * exchanged since. */
static int
check_place(struct apply *apply)
{
	struct place *place = &apply->place;
	char *fault = NULL;
	int rc = 0;

	place_find(place, apply->path, NULL,
	    apply->recovers ? PLACE_RECOVER : 0);
	if (place->reason == NULL)
		fault = sound_ref_fault(place->common_dir, apply->ref);
	if (place->reason != NULL)
		rc = apply_stop(apply, VERDICT_REFUSED, place->reason, "%s",
		    place->detail != NULL ? place->detail : apply->path);
	else if (fault != NULL)
		rc = apply_stop(apply, VERDICT_REFUSED, "unsupported-format",
		    "%s", fault);
	else if (!apply->recovers && (place->sparse || place->partial))
		rc = apply_stop(apply, VERDICT_REFUSED,
		    place->sparse ? "sparse" : "partial", "%s", apply->path);
	free(fault);

	return rc;
}

/* git would wait for it without end. */
static int
check_odd(struct apply *apply)
{
	char *odd = target_odd_file(apply->target);
	int rc = odd == NULL ? 0
			     : apply_stop(apply, VERDICT_REFUSED,
				   "unsupported-format", "%s", odd);

	free(odd);

	return rc;
}

/* The very folders that its refs are moved in; they are what was looked at.
 */
static int
hold_git_dir(struct apply *apply)
{
	const struct ref_store *refs = refs_store(apply->target);
	struct stat here;

	apply->git_fd = fcntl(refs->git_fd, F_DUPFD_CLOEXEC, 0);
	apply->common_fd = fcntl(refs->common_fd, F_DUPFD_CLOEXEC, 0);
	if (apply->git_fd == -1 || apply->common_fd == -1)
		return apply_fail_sys(apply, target_git_dir(apply->target));
	if (fstat(apply->common_fd, &here) == -1 ||
	    here.st_dev != apply->place.device ||
	    here.st_ino != apply->place.inode)
		return apply_stop(apply, VERDICT_REFUSED, "stale-plan",
		    "%s: another repository has taken its place", apply->path);

	return 0;
}

int
apply_open(struct apply *apply)
{
	struct err err;

	snprintf(apply->name, sizeof(apply->name), "%" PRId64, apply->token);
	apply->ref = xasprintf("refs/heads/%s", apply->branch);
	apply->rollback_ref = xasprintf("refs/hermes/rollback/%s", apply->name);
	if (check_place(apply) == -1)
		return -1;
	if (target_open(&apply->target, apply->path, &err) == -1)
		return apply_fail(apply, &err);
	if (check_odd(apply) == -1 || hold_git_dir(apply) == -1)
		return -1;
	if (open_tree(apply) == -1 || take_lock(apply) == -1)
		return -1;
	apply->home_fd = folder_own(apply->git_fd, "hermes", true, &err);
	if (apply->home_fd == -1)
		return apply_fail(apply, &err);

	return 0;
}
