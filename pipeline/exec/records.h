/*
 * records - which refs an apply moves, on the disk
 *
 * A line each, as git's hooks are told: "FROM TO NAME"; the first one is the
 * branch's own. `refs` in an apply's folder, refs-TOKEN beside it once that is
 * gone.
 */
#ifndef EXEC_RECORDS_H
#define EXEC_RECORDS_H

#include "apply.h"

/* The token that the digits spell; 0: none. */
int64_t token_of(const char *digits);

/* The moves of the apply into its folder, synced. */
int records_write(const struct apply *apply, struct err *err);

/* From there into apply->moves; absent is none. -1: unreadable. */
int records_read(struct apply *apply);

/* As moves_keep(): refs-TOKEN stays. */
int records_keep(const struct apply *apply);

/*
 * The way back of an apply that goes back, over the applies that led there:
 * each ref from where the last of them left it to where the first one found
 * it. What no record tells of is not in it.
 */
int records_way(const struct apply *apply, struct moves *way, struct err *err);

/* Remove those of that way. -1 and errno. */
int records_end(const struct apply *apply);

/* Remove those of tokens below `token`. */
void records_prune(const struct apply *apply, int64_t token);

#endif
