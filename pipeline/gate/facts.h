/*
 * facts - what the gate judges, found once
 *
 * The rows of the document by repository, and the queue with what every
 * member says of each of its entries. Everything is borrowed from the
 * document but the evidence of checks.
 */
#ifndef GATE_FACTS_H
#define GATE_FACTS_H

#include "base/map.h"
#include "json/doc.h"
#include "model/order.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPO_CHECK_COUNT 9

struct check {
	const char *name; /* static */
	bool passed;
	const char *code; /* borrowed; NULL where it passed */
	char *evidence;   /* owned; never empty */
};

struct entry {
	const char *repo_key;
	int64_t lane, turn;
	const struct json *fleet, *probe, *plan; /* NULL: no such row */
	const struct json *reservation, *federation;
	bool judged;        /* its checks are there */
	const char *denied; /* the code, where the lease says to wait: no
			       fault, and no grant; or NULL */
	bool faulty;        /* one of them failed */
	bool passed;        /* none did, and it is not denied */
	struct check checks[REPO_CHECK_COUNT];
};

struct facts {
	struct doc *doc;
	bool dry;            /* no holder and no token anywhere */
	struct entry *queue; /* owned; in the plan's order */
	size_t count;
	struct map queued;       /* repo_key -> struct entry */
	struct map plan;         /* repo_key -> row of plan.repos */
	struct order order;      /* of the whole fleet */
	struct entry **numbered; /* owned; entry of each of its numbers */
};

/* The members that the gate reads, checked: EX_DATAERR. */
int facts_check(struct doc *doc, struct err *err);

void facts_read(struct facts *facts, struct doc *doc);

/* The number of members of doc.name.list. */
size_t facts_count(struct facts *facts, const char *name, const char *list);

/* Forty hex digits? NULL is none. */
bool facts_is_oid(const char *text);

/* Both there and the same. */
bool facts_same(const char *a, const char *b);

/* One line of judgement. `evidence` is taken. */
struct check check_make(const char *name, bool passed, const char *code,
    char *evidence);

void facts_clear(struct facts *facts);

#endif
