/*
 * members - the endpoints of one repository, and which of them is used (A7)
 */
#ifndef PROBE_MEMBERS_H
#define PROBE_MEMBERS_H

#include "follow.h"
#include "git/inspect.h"
#include "json/jw.h"
#include "model/federation.h"
#include "probe.h"

struct member {
	const char *name;     /* borrowed; the remote's name; or NULL */
	const char *role;     /* borrowed */
	enum follow follow;   /* its tags */
	char *told;           /* owned; the name, redacted; or NULL */
	char *shown;          /* owned; the URL, redacted */
	char *key;            /* owned; of its listing; never shown (A1) */
	struct access access; /* how it is reached */
	struct url url;       /* empty where it is refused */
	const char *class;    /* static */
	char *detail;         /* owned; or NULL */
	char *head;         /* owned; the branch that its HEAD names; or NULL */
	char tip[OID_SIZE]; /* empty: not known */
	bool asked;
	bool fetch_failed; /* with `class`, after it was listed */
	int64_t retry_after_ms;
	bool stale;
	enum federation_proof proof;
};

struct members {
	struct member *items; /* owned; as the fleet file has them */
	size_t count;
	struct federation_member *view; /* owned; what is selected from */
	const struct probe *probe;      /* borrowed */
	const struct place *place;      /* borrowed; of the checkout */
	const struct json *known;       /* borrowed; memory.state's row */
	const struct gitconfig *user;   /* borrowed; as it is for this one */
	struct gitconfig conditional;   /* what `user` is where that depends */
};

/* Of the fleet's remotes, or of the branch's upstream. */
void members_make(struct members *members, const struct probe *probe,
    const struct fleet_repo *repo, const struct inspection *in);

/* federation_select() over what is known now. */
struct federation_choice members_select(struct members *members);

/* The member that a choice or an ask names; NULL for NULL. */
struct member *members_of(const struct members *members,
    const struct federation_member *view);

/*
 * Ask one for `ref`. False where its listing has to be made first; then it,
 * and where a member has failed before all that were not asked, are written
 * to `answer` as wanted.
 */
bool members_ask(struct members *members, struct member *member,
    const char *ref, struct buf *answer);

/* What was listed of the others for whatever reason is told, too. */
void members_know(struct members *members, const char *ref);

/* The tip of the primary as it was listed now; NULL: it was not. */
const char *members_primary_now(const struct members *members);

/* That, or the last one that is remembered; NULL: none is. */
const char *members_primary_tip(const struct members *members);

/* The array, in the order of federation_order(). */
void members_write(const struct members *members, const char *name,
    struct jw *jw);

/* The first of that order: whose failure is the repository's. */
const struct member *members_first(const struct members *members);
void members_clear(struct members *members);

#endif
