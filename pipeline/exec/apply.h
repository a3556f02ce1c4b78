/*
 * apply - one repository in hand, from its reservation to its verdict
 *
 * The steps of X1 to X4 pass this struct along. A step that cannot go on says
 * why with apply_stop(), which is always -1; what it left is undone by the
 * one who called it.
 *
 *   A1  nothing is changed without the flock on COMMON/hermes/lock (L6)
 *   A2  STATE/journals/TOKEN is there before anything is, and until the
 *       ledger holds the outcome
 */
#ifndef EXEC_APPLY_H
#define EXEC_APPLY_H

#include "git/content.h"
#include "git/target.h"
#include "json/doc.h"
#include "moves.h"
#include "ops.h"
#include "store/state.h"
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

enum verdict {
	VERDICT_NONE,
	VERDICT_APPLIED,
	VERDICT_REFUSED,
	VERDICT_ROLLED_BACK,
	VERDICT_ROLLBACK_BLOCKED,
	VERDICT_FAILED,
	VERDICT_BLOCKED,
	VERDICT_INTERRUPTED
};

struct apply {
	/* What is to be done; borrowed from the document or the journal. */
	const struct state *state;
	const char *cycle, *repo_key, *path, *strategy;
	const char *branch;         /* short: "main" */
	const char *before, *after; /* 40 hex digits */
	const char *role, *url;     /* of the endpoint; may be NULL */
	const char *remote;         /* its name in the checkout, or NULL */
	const char *upstream;       /* what was fetched of it, or NULL */
	const struct json *tags;    /* that came with it, or NULL */
	const struct json *refs;    /* of the remote, likewise */
	const char *staging; /* the repository with the objects, or NULL */
	const struct json *checks; /* the fleet's, or NULL */
	bool trust_config;         /* the fleet's word */
	int64_t token, lane, turn;
	int64_t keep_rollbacks; /* 0: all */
	int64_t owed_count;     /* required health checks behind the swap */

	/* What is open. */
	struct place place; /* B1, looked at once more */
	struct target *target;
	struct content content;        /* bytes.h; folder NULL: not open */
	int tree_fd;                   /* the worktree; -1: refs only */
	int git_fd;                    /* the git dir */
	int common_fd;                 /* the common dir */
	int home_fd;                   /* GIT DIR/hermes */
	int token_fd;                  /* GIT DIR/hermes/TOKEN */
	int lock_fd;                   /* COMMON/hermes/lock, flocked: A1 */
	char name[24];                 /* the token as text */
	char *ref;                     /* owned; "refs/heads/main" */
	char *rollback_ref;            /* owned; "refs/hermes/rollback/TOKEN" */
	struct target_changes changes; /* of the index: newindex.h */
	bool converts; /* a file may have other bytes than its blob */
	struct ops ops;
	struct moves moves; /* refs that go along */

	/* What is to be said. */
	struct doc said;       /* its "events" are this apply's */
	struct buf checks_run; /* JSON: elements, each with a comma behind */
	enum verdict verdict;
	bool recovers;    /* hermes-exec -R: whatever the index is */
	bool journaled;   /* STATE/journals/TOKEN is ours */
	bool open;        /* left as it is, for hermes-exec -R */
	const char *code; /* a reason code, static; or NULL */
	char detail[512];
	int64_t ms;
};

const char *verdict_name(enum verdict verdict); /* "rolled-back" */

/* Empty, nothing open. */
void apply_init(struct apply *apply, const struct state *state);
void apply_clear(struct apply *apply);

/* No worktree is changed, refs alone. */
bool apply_refs_only(const struct apply *apply);

/* Is it the operator's way back (X6)? */
bool apply_goes_back(const struct apply *apply);

/* Open the repository, its folders, and take its lock (A1). */
int apply_open(struct apply *apply);

/* The code for what has changed since the plan, or stands in its way: of a
 * plan to go back "rollback-blocked", for a person; else "stale-plan". */
const char *apply_moved_code(const struct apply *apply);

/* End with a verdict; always -1. The first one stays. */
int apply_stop(struct apply *apply, enum verdict verdict, const char *code,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* What the system said, by its number, in the words of B2. */
const char *apply_code_of(const struct err *err);

/* The machine or the repository failed: VERDICT_FAILED with its reason code. */
int apply_fail(struct apply *apply, const struct err *err);

/* The same from errno, about `what`. */
int apply_fail_sys(struct apply *apply, const char *what);

/* Say that `type` ("apply.started") happened. `data` holds the members of its
 * object (without braces), or is NULL; emptied. */
void apply_say(struct apply *apply, const char *type, const char *more,
    struct buf *data);

#endif
