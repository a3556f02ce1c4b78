/*
 * cycle - the document's "cycle": which run this is, and its clock
 *
 * {id, host, now: {real_at, boot_ms, boot_id}}. Whoever opens a document
 * (hermes-probe, hermes-exec -R, hermes-event) makes one; from then on it is
 * the only clock (P2).
 */
#ifndef MODEL_CYCLE_H
#define MODEL_CYCLE_H

#include "base/instant.h"
#include "json/doc.h"
#include <stdbool.h>

#define CYCLE_ID_SIZE 26 /* 20250301T040000Z-1a2b3c4d and a NUL */

struct cycle {
	const char *id;   /* borrowed */
	const char *host; /* borrowed */
	instant real_at;
	int64_t boot_ms;
	const char *boot_id; /* borrowed */
};

/*
 * The id of a cycle that `pid` opens now: the second in UTC, and 8 hex digits
 * of SHA-256 over `BOOT_ID BOOT_MS PID`. cycle->id and host are not read.
 * -1 where the instant lies outside of the years 0000 to 9999.
 */
int cycle_id_make(char out[CYCLE_ID_SIZE], const struct cycle *cycle,
    int64_t pid);

/* Of that form? Safe as a file name then. */
bool cycle_id_valid(const char *id);

/* Set the document's "cycle". */
void cycle_put(struct doc *doc, const struct cycle *cycle);

/*
 * Read and check the document's "cycle"; what is borrowed lives as long as
 * the member. EX_DATAERR.
 */
int cycle_get(struct doc *doc, struct cycle *cycle, struct err *err);

#endif
