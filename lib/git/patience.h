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
#include <stdint.h>

/* From now on the network has nine tenths of `deadline_ms`; 0: for ever. */
void patience_begin(int64_t deadline_ms);

/* What is left of it, `most_ms` at most; 0: nothing. */
int64_t patience_left_ms(int64_t most_ms);

/*
 * Wait until `events` (poll(2)) come for `fd` or patience ends. False where
 * it ended.
 */
bool patience_wait(int fd, short events);

#endif
