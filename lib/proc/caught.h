/*
 * caught - HUP, INT and TERM as a question to be asked, not an end
 *
 * Between caught_begin() and caught_end() the three are blocked but where
 * ppoll() is given `wait`, and one that arrives is remembered. One that was
 * ignored (nohup) stays ignored. Not to be nested.
 */
#ifndef PROC_CAUGHT_H
#define PROC_CAUGHT_H

#include <signal.h>

#define CAUGHT_COUNT 3

struct caught {
	struct sigaction old[CAUGHT_COUNT];
	sigset_t mask; /* as it was */
	sigset_t wait; /* the same with the three let through */
};

void caught_begin(struct caught *caught);

/* The signal that arrived since caught_begin(); 0: none. */
int caught_signal(void);

/* As it was before; also for a child that is forked in between. */
void caught_end(const struct caught *caught);

#endif
