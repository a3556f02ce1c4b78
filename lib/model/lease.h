/*
 * lease - one holder at a time for one repository
 *
 * The table behind coordination_leases.json. Nothing here reads a clock, a
 * file or a process: the caller says what time it is and who exists.
 *
 *   L1  a repository (its common dir, and its repo_key) has at most one lease
 *   L2  a live foreign lease wins: never shortened, never stolen
 *   L4  tokens rise for ever; every grant has a token of its own, a renewal
 *       by the same holder too, so that an older document no longer matches
 *   L5  live = unexpired by the boot clock of this boot, and its holder
 *       exists; what is not live is taken over at once. Another host's boot
 *       clock is not ours to read: its lease is live until its expires_at has
 *       passed here, and blocks till then, whatever happened to its holder
 *   L8  release needs holder and token
 *   L9  the operator's lease.broken ends the leases that were granted before
 *       it, of whichever host and however alive, and no later one: what came
 *       first is told by the ledger's seq and by no clock
 */
#ifndef MODEL_LEASE_H
#define MODEL_LEASE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/instant.h"
#include "base/map.h"
#include "json/jw.h"
#include "json/value.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEASE_SCHEMA "hermes.coordination_leases/1"

/* A process, for good: no pid lives twice with one start in one boot. */
struct lease_holder {
	const char *host;
	int64_t pid;
	int64_t start_ticks;
	const char *boot_id;
};

struct lease_now {
	instant real_at;
	int64_t boot_ms;
	const char *boot_id;
	const char *host;
};

enum lease_life {
	LEASE_LIVE,
	LEASE_LIVE_ELSEWHERE, /* on another host */
	LEASE_EXPIRED,
	LEASE_OTHER_BOOT, /* this host has booted since */
	LEASE_HOLDER_GONE,
	LEASE_BROKEN /* by the operator */
};

/* A lease.broken, borrowed from the view that has it. */
struct lease_word {
	int64_t seq;   /* of the event */
	int64_t token; /* the one that it means; 0: whichever */
	const char *why, *author;
};

struct lease {
	char *repo_key; /* owned, as all text here */
	char *common_dir;
	int64_t token;              /* 0 in a dry run */
	struct lease_holder holder; /* owned texts; NULL and 0 in a dry run */
	char *cycle;
	instant acquired_at;
	instant expires_at; /* for people, and for other hosts */
	int64_t expires_boot_ms;
	char *boot_id;
	int64_t granted_seq;    /* the ledger's seq then; 0: not known */
	struct lease_word word; /* where life is LEASE_BROKEN */
	enum lease_life life;   /* as lease_judge() found it */
	bool gone;              /* released or taken over: not in the file */
};

struct lease_table {
	int64_t last_token;
	struct lease **leases; /* owned; pointers stay good until clear */
	size_t count, cap;
	struct map by_dir, by_key; /* to the latest; may be `gone` */
};

struct lease_want {
	const char *repo_key;
	const char *common_dir;
	const struct lease_holder *holder; /* NULL: a dry run, token 0 */
	const char *cycle;
	int64_t ttl_ms;     /* at least 1 */
	int64_t ledger_seq; /* of its head */
};

/*
 * Fill an empty table from the file's object; NULL: nothing is leased. What
 * breaks its shape or L1: EX_DATAERR, naming `place`. Every lease is live
 * until judged.
 */
int lease_read(struct lease_table *table, const struct json *file,
    const char *place, struct err *err);

/* The file: leases sorted by repo_key. */
void lease_write(const struct lease_table *table, struct buf *out);

/* L4: a token seen elsewhere (ledger, journals). */
void lease_token_seen(struct lease_table *table, int64_t token);

/*
 * Is it live (L5)? `exists` says whether its holder runs; it matters only on
 * this host in this boot.
 */
enum lease_life lease_life(const struct lease *lease,
    const struct lease_now *now, bool exists);

/* lease_life() of every lease. `exists` NULL: not known, so every holder is
 * taken to run. */
void lease_judge(struct lease_table *table, const struct lease_now *now,
    bool (*exists)(const struct lease_holder *holder));

/* L9, after lease_judge(); harmless where the word is not for the lease that
 * `repo_key` has. */
void lease_break(struct lease_table *table, const char *repo_key,
    const struct lease_word *word);

bool lease_is_live(const struct lease *lease);
const char *lease_life_name(enum lease_life life); /* "holder-gone" */

/* Is it this process that holds it? */
bool lease_is_held_by(const struct lease *lease,
    const struct lease_holder *holder);

/* The lease on a repository, live or not; NULL where there is none. */
const struct lease *lease_find(const struct lease_table *table,
    const char *repo_key, const char *common_dir);

/* The live lease that keeps `want` from being granted, or NULL (L2). */
const struct lease *lease_blocker(const struct lease_table *table,
    const struct lease_want *want);

/*
 * Grant with a token of its own (L4); what lies in the way and is not live,
 * or is the holder's own lease on this very repository, is replaced. The new
 * lease, borrowed; where L2 forbids it: NULL and EX_TEMPFAIL, table unchanged.
 */
const struct lease *lease_grant(struct lease_table *table,
    const struct lease_want *want, const struct lease_now *now,
    struct err *err);

/*
 * Give back (L8). NULL: done. Else why not, table unchanged: "not-held",
 * "foreign" (another holder), "token" (granted anew since).
 */
const char *lease_release(struct lease_table *table, const char *repo_key,
    const struct lease_holder *holder, int64_t token);

/* The member "holder": an object, or null where `holder` is NULL. */
void lease_holder_write(struct jw *jw, const struct lease_holder *holder);

void lease_clear(struct lease_table *table);

#endif
