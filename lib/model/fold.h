/*
 * fold - what the ledger says, all in all
 *
 * Events go in one by one; what stands at the end is a function of the
 * events and their order alone. The views, the history and the checkpoint
 * are written from it. Pure: the instants are the events' own.
 *
 *   F1  same events, same fold, same bytes: rebuilt or resumed
 *   F2  an event of a type that is not known here, or that lacks what its
 *       type needs, changes nothing but the head and unknown_count
 *   F3  a repository leaves the views by repo.retired and by nothing else
 *   F4  an event costs what it changes, never the size of the fleet
 *   F5  a cycle that is earlier than the one before it tells of a clock that
 *       was set back: no failure, no first sight and no remote's silence stays
 *       ahead of it (this alone looks at all of the fleet)
 */
#ifndef MODEL_FOLD_H
#define MODEL_FOLD_H

#include "base/err.h"
#include "base/hash.h"
#include "base/map.h"
#include "json/value.h"
#include "model/fold_cycle.h"
#include "model/fold_hold.h"
#include "model/fold_repo.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One event; everything borrowed, NULL where the event has it not. */
struct fold_event {
	const char *type; /* "hermes.apply.committed" */
	const char *subject;
	const char *cycle;
	instant at;
	int64_t seq;
	const char *hash;
	const struct json *data;
};

/* Signals of one endpoint. */
struct fold_remote {
	char *url; /* redacted */
	char *host, *class;
	bool degraded;
	int64_t degraded_count, recovered_count;
	instant since_at; /* of the last signal */
};

/* What the state view says besides its repositories. */
struct fold_head {
	int64_t seq;
	char hash[HASH_HEX_SIZE];
	int64_t last_token;
	char *pressure; /* owned; NULL: "none" */
	bool offline;
};

struct fold_totals {
	int64_t cycle_count, applied_count, rolled_back_count, refused_count,
	    blocked_count;
};

struct fold {
	struct fold_head head;
	struct fold_head mark; /* as it was at the last boundary */
	struct fold_totals totals;
	struct fold_cycle cycle; /* the last one */
	int64_t unknown_count;   /* F2 */
	int64_t line_count;      /* of the history, from the first event on */

	struct fold_holds holds; /* of groups and hosts */
	char *holds_was;         /* owned; JSON text at the last boundary */

	struct map by_key;        /* of `repos`, retired ones too */
	struct fold_repo **repos; /* owned; sorted where `sorted` */
	size_t repo_count, repo_cap;
	bool sorted;
	struct fold_repo **shown; /* those in the last boundary's snapshot,
				     sorted; borrowed */
	size_t shown_count;
	struct fold_repo **dirty; /* changed since; borrowed */
	size_t dirty_count, dirty_cap;

	struct map by_url; /* of `remotes` */
	struct fold_remote **remotes;
	size_t remote_count, remote_cap;
};

/* Before the first event; all zero but for the zero hash. */
void fold_init(struct fold *fold);
void fold_clear(struct fold *fold);

/* Take in one event. */
void fold_event(struct fold *fold, const struct fold_event *event);

/*
 * The event of a ledger's line, or of a document's "events": from JSON, with
 * `cycle` and `at` where it does not say. EX_DATAERR where it is none.
 */
int fold_event_read(struct fold_event *event, const struct json *line,
    const char *cycle, instant at, struct err *err);

/*
 * Does a line of the history end here? After cycle.finished, cycle.failed
 * and each word of the operator (E6).
 */
bool fold_is_boundary(const struct fold_event *event);

/* Sort what is over the fleet by its key; views and checkpoint need it. */
void fold_sort(struct fold *fold);

/* Can the subject be a repository's? Who wrote it has checked it; one with a
 * colon names something else ("host:", "group:"). */
bool fold_is_key(const char *subject);

/*
 * For the files beside this one: the repository, made where it is not known,
 * its members kept for the next patch before they change. NULL where `key`
 * is NULL or no repo_key.
 */
struct fold_repo *fold_touch(struct fold *fold, const char *key);

/* As fold_touch(), but NULL where the views do not have it. */
struct fold_repo *fold_find(struct fold *fold, const char *key);

/* For fold_save: one that is known to be new. */
struct fold_repo *fold_add(struct fold *fold, const char *key);
struct fold_remote *fold_remote(struct fold *fold, const char *url);

/* As it stands in view and checkpoint. */
void fold_remote_write(const struct fold_remote *remote, struct jw *jw);

#endif
