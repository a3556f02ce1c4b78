/*
 * reap - the end of processes: waited for, killed with their group, adopted
 *
 * Nothing here waits without a bound: a process in uninterruptible sleep
 * cannot be killed, and must not take us with it.
 */
#ifndef PROC_REAP_H
#define PROC_REAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Reap the child `pid`, waiting wait_ms at most; false: it is still there. */
bool reap_wait(pid_t pid, int64_t wait_ms, int *status);

/* KILL the group that the child `pid` leads, and reap the child. */
bool reap_group(pid_t pid, int *status);

/*
 * From reap_adopt() on, descendants whose parents died become our children
 * (PR_SET_CHILD_SUBREAPER), those that left their group included.
 * reap_orphans() kills and reaps every child that was not there before, and
 * sets things as they were.
 */
struct reap {
	int subreaper; /* as it was */
	pid_t *kids;   /* owned; the children that were there */
	size_t kid_count;
};

void reap_adopt(struct reap *reap);
void reap_orphans(struct reap *reap);

#endif
