#include "rollback.h"
#include "base/alloc.h"
#include "folder.h"
#include "git/refs.h"
#include "lock.h"
#include "newindex.h"
#include "undo.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void blocked(struct apply *apply, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
blocked(struct apply *apply, const char *fmt, ...)
{
	va_list args;

	apply->verdict = VERDICT_ROLLBACK_BLOCKED;
	apply->code = "rollback-blocked";
	va_start(args, fmt);
	vsnprintf(apply->detail, sizeof(apply->detail), fmt, args);
	va_end(args);
}

static bool
branch_is_ours(struct apply *apply)
{
	char oid[OID_SIZE];
	struct err err;

	return refs_oid(apply->target, apply->ref, oid, &err) == 1 &&
	       strcmp(oid, apply->after) == 0;
}

static bool
head_is_ours(struct apply *apply)
{
	char *head = NULL;
	struct err err;
	bool ours;

	if (apply_refs_only(apply))
		return true;
	if (refs_head(apply->target, &head, &err) == -1)
		return false;
	ours = head != NULL && strcmp(head, apply->ref) == 0;
	free(head);

	return ours;
}

/* Another index since: `git status` wrote it again, or something is staged. It
 * goes back by git's own rules, and what is staged elsewhere stays. */
static bool
adopt_index(struct apply *apply)
{
	char *why = NULL;
	struct err err;
	int rc;

	if (folder_same(apply->token_fd, "new-index", apply->git_fd, "index"))
		return true;
	rc = newindex_back(apply, NEWINDEX_BACK, &why, &err);
	if (rc == 1) {
		unlinkat(apply->token_fd, "new-index", 0);
		rc = linkat(apply->git_fd, "index", apply->token_fd,
			 "new-index", 0) == 0;
	} else {
		unlinkat(apply->token_fd, NEWINDEX_BACK, 0);
		blocked(apply, "%s", why != NULL ? why : err.text);
	}
	free(why);

	return rc == 1;
}

/* B1 */
static int
ask(struct apply *apply, struct paths *left)
{
	if (!branch_is_ours(apply)) {
		blocked(apply, "%s is no longer at %s", apply->ref,
		    apply->after);
		return -1;
	}
	if (!head_is_ours(apply)) {
		blocked(apply, "HEAD is no longer at %s", apply->ref);
		return -1;
	}
	if (apply_refs_only(apply))
		return 0;
	if (undo_would_leave(apply, left) == -1) {
		blocked(apply, "%s: cannot be read", apply->path);
		return -1;
	}
	if (left->count > 0) {
		blocked(apply, "%s: has been changed", left->list[0]);
		return -1;
	}

	return adopt_index(apply) ? 0 : -1;
}

int
rollback_branch(struct apply *apply, enum refs_moved *moved)
{
	char *message = xasprintf("hermes: rollback, cycle %s, token %s",
	    apply->cycle, apply->name);
	struct err err;
	int rc;

	rc = refs_move(apply->target, apply->ref, apply->after, apply->before,
	    message, moved, &err);
	free(message);

	return rc;
}

/* B2 */
static int
mark(struct apply *apply)
{
	struct err err;

	if (folder_write(apply->token_fd, "back", "", 0, &err) == 0 &&
	    fsync(apply->token_fd) == 0)
		return 0;
	unlinkat(apply->token_fd, "back", 0);

	return -1;
}

static void
take_back(struct apply *apply, struct paths *left)
{
	enum refs_moved moved = REFS_MOVED;

	if (mark(apply) == -1) {
		blocked(apply, "%s: cannot be written to", apply->path);
		return;
	}
	if (rollback_branch(apply, &moved) == -1 ||
	    (moved == REFS_MOVED && undo(apply, left) == -1)) {
		apply->verdict = VERDICT_INTERRUPTED;
		apply->open = true;
	} else if (moved != REFS_MOVED) {
		unlinkat(apply->token_fd, "back", 0);
		blocked(apply, "%s: cannot be moved", apply->ref);
	} else if (left->count > 0) {
		apply->verdict = VERDICT_FAILED;
		apply->code = "interrupted-mixed";
	}
}

void
rollback(struct apply *apply, struct paths *left)
{
	apply->verdict = VERDICT_ROLLED_BACK;
	if (lock_take(apply) == -1) {
		blocked(apply, "%s/index.lock: %s",
		    target_git_dir(apply->target),
		    errno == EEXIST ? "another program is at work"
				    : strerror(errno));
		return;
	}
	if (ask(apply, left) == 0)
		take_back(apply, left);
	if (!apply->open)
		lock_drop(apply);
}
