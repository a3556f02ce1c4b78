/*
 * patience - until when the network may take its time
 *
 * A worker is killed at its deadline, and what it had learned goes with it.
 * The transports give up a little earlier: then the connection can be kept
 * and the class says whether the remote was silent (`timeout`) or spoke too
 * slowly (`too-slow`). One a process, as trouble.h.
 */
#ifndef GIT_PATIENCE_H
#define GIT_PATIENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* From now on the network has nine tenths of `deadline_ms`; 0: for ever. */
void patience_begin(int64_t deadline_ms);

/*
 * What comes from now on is a pack, and counts: as long as PATIENCE_RATE
 * bytes of it come in every second of it, patience begins anew, and so does
 * the worker's deadline; PATIENCE_TIMES deadlines at most. Until the next
 * patience_begin().
 */
#define PATIENCE_RATE 64
#define PATIENCE_TIMES 30
void patience_stretch(void);

/* So many bytes came. Nothing where patience was not stretched. */
void patience_came(size_t bytes);

/* The same, where it is we who work. */
void patience_worked(void);

/* What is left of it, `most_ms` at most; 0: nothing. */
int64_t patience_left_ms(int64_t most_ms);

/*
 * Wait until `events` (poll(2)) come for `fd` or patience ends. False where
 * it ended.
 */
bool patience_wait(int fd, short events);

/* The same, but `most_ms` at most. */
bool patience_wait_ms(int fd, short events, int64_t most_ms);

#endif
