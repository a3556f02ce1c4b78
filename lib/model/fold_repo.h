/*
 * fold_repo - what the ledger says of one repository
 *
 * Its members in auto_safe_upgrade_state.json, and what the other views and
 * the checkpoint need besides. Lists hold the last FOLD_LIST_MAX of what was
 * put into them.
 */
#ifndef MODEL_FOLD_REPO_H
#define MODEL_FOLD_REPO_H

#include "base/buf.h"
#include "base/instant.h"
#include "json/jw.h"
#include "model/fold_point.h"
#include "model/intelligence.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FOLD_LIST_MAX 32
#define FOLD_NEVER INT64_MIN /* an instant that is null */
#define FOLD_MEMBER_COUNT 17 /* of a repository in the state view */
#define FOLD_NOT_NOW_MAX 10  /* "not now" so often in a row is a failure */

/* A commit that is not offered again (A5). */
struct fold_bad {
	char *oid; /* owned, as all texts here; NULL: null */
	instant at;
	int64_t token;
	char *code;
};

struct fold_hold {
	char *why, *author;
	instant set_at;
	instant expires_at; /* or FOLD_NEVER; the reader has the clock */
};

/* lease.broken, until the lease has been taken over; seq 0: not said. It
 * speaks of leases that were granted before it. */
struct fold_break {
	int64_t seq;   /* of the event */
	int64_t token; /* the one lease that it means; 0: whichever */
	char *why, *author;
	instant at;
};

/* One apply that was taken back, or could not be. */
struct fold_rollback {
	instant at;
	char *cycle;
	int64_t token;
	char *branch, *before, *after, *code;
	char *outcome; /* "rolled-back", "blocked", "undone", "mixed" */
	char *check;   /* JSON text: argv of the required check that failed */
};

/* An apply that was started and has no outcome yet. Token 0: none. */
struct fold_open {
	int64_t token;
	char *strategy;
	char *check; /* as above */
};

struct fold_repo {
	char *repo_key;
	bool present;                 /* in the views; else retired */
	bool shown;                   /* in the snapshot of the last boundary */
	bool dirty;                   /* `was` is set */
	char *was[FOLD_MEMBER_COUNT]; /* its members in that snapshot, JSON
					 text; NULL where it was not shown */

	char *reason, *code, *recommendation, *branch, *head, *tip, *text;
	char *endpoint_role;
	char *primary_tip; /* the last that the primary itself had */
	char *seen_tip;    /* the last tip that was not null, and since when */
	instant seen_at;

	int64_t applied_token; /* 0: never applied */
	char *applied_before, *applied_after;
	instant applied_at;
	instant failure_at; /* FOLD_NEVER: none since the last success */
	int64_t failure_streak_count;

	char *verdict; /* of the last apply: "applied", "rolled-back" ... */
	char *verdict_code, *verdict_before, *verdict_after;
	instant verdict_at;
	int64_t refusal_count; /* in a row: one code, one target */

	struct fold_bad *bad;
	struct fold_hold *holds;
	struct fold_rollback *rollbacks;
	size_t bad_count, hold_count, rollback_count;
	struct fold_points points;
	struct fold_break broken;
	struct fold_open open;
	struct intelligence known;
};

struct fold_repo *fold_repo_new(const char *repo_key);

/* Everything forgotten but repo_key, shown, dirty and was. */
void fold_repo_forget(struct fold_repo *repo);

void fold_repo_free(struct fold_repo *repo);

/* *slot becomes a copy of `text`, which may be NULL. */
void fold_text(char **slot, const char *text);

/* The tip and, where it is another one, since when it is known. */
void fold_repo_tip(struct fold_repo *repo, const char *tip, instant at);

/* A new last element, all zero; where the list is full the first goes. */
struct fold_bad *fold_bad_add(struct fold_repo *repo);
struct fold_hold *fold_hold_add(struct fold_repo *repo);
struct fold_rollback *fold_rollback_add(struct fold_repo *repo);

/* Take the bad commit `oid` off the list; NULL: all of them. */
void fold_bad_remove(struct fold_repo *repo, const char *oid);
void fold_holds_remove(struct fold_repo *repo);

/* The word on its lease is not said any more. */
void fold_break_forget(struct fold_repo *repo);

/* Members of the state view, by number: their names ... */
extern const char *const fold_member_names[FOLD_MEMBER_COUNT];

/* ... and the value of one, into an open object (name) or array (NULL). */
void fold_member_write(const struct fold_repo *repo, int member,
    const char *name, struct jw *jw);

/* An instant, or null where it is FOLD_NEVER. */
void fold_instant_write(struct jw *jw, const char *name, instant at);

/* Lists as they stand in views and checkpoint. */
void fold_bad_write(const struct fold_repo *repo, const char *name,
    struct jw *jw);
void fold_hold_write(const struct fold_hold *hold, struct jw *jw);
void fold_rollbacks_write(const struct fold_repo *repo, const char *name,
    struct jw *jw);

#endif
