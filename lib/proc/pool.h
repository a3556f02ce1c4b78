/*
 * pool - jobs spread over forked workers, each job under a deadline
 *
 * The parent hands job numbers to workers over a socket and reads one answer
 * (bytes) per job. A worker that is past its job's deadline, dies or writes
 * nonsense is killed with its process group, costs the job in hand only, and
 * is replaced. Workers are forked from the caller, so they see its memory as
 * it was when they began. They never outlive it: PR_SET_PDEATHSIG, and a
 * signal (HUP, INT, TERM) to the parent kills every group before it returns
 * -1 with EX_TEMPFAIL. What workers left behind is killed before pool_run()
 * returns, be it in a group of its own (reap.h).
 *
 * A job that says work_alive() (work.h) has its deadline anew, as far as
 * most_ms lets it.
 *
 *   W1  one job, one done(), whatever happens
 *   W2  a job is in the hands of one worker: jobs that stand behind a slow
 *       one are taken back for a worker that has nothing to do
 */
#ifndef PROC_POOL_H
#define PROC_POOL_H

#include "base/buf.h"
#include "base/err.h"
#include <stddef.h>
#include <stdint.h>

#define POOL_AHEAD_MAX 64

enum pool_outcome { POOL_DONE, POOL_TIMEOUT, POOL_DIED, POOL_SKIPPED };

enum pool_ready { POOL_LATER, POOL_NOW, POOL_NEVER };

struct pool {
	size_t job_count;
	int worker_count;    /* at least 1; never more than jobs */
	int ahead;           /* jobs handed to a worker before it answers, to
				POOL_AHEAD_MAX; 1: one at a time; more hides
				the round trip */
	int64_t deadline_ms; /* per job, from when the worker takes it */
	int64_t most_ms;     /* the same, for one that is alive; 0: no more
				than deadline_ms */
	size_t memory_max;   /* bytes of data a worker may have, what it has
				from the caller included (RLIMIT_DATA); 0: any */
	void *ctx;           /* borrowed; for the three calls below */

	/* In a worker: do job `i`, write the answer. */
	void (*work)(void *ctx, size_t i, struct buf *answer);

	/* In the parent, once per job, in any order; `answer` is NULL unless
	 * POOL_DONE, borrowed. */
	void (*done)(void *ctx, size_t i, enum pool_outcome outcome,
	    const struct buf *answer, int64_t ms);

	/*
	 * In the parent: may job `i` start now (per-host caps)? NULL: always.
	 * `started`, which may be NULL, says once that it did. POOL_NEVER:
	 * done() with POOL_SKIPPED at once. Asked again after every done();
	 * POOL_LATER for all while nothing runs is a bug (EX_SOFTWARE).
	 */
	enum pool_ready (*ready)(void *ctx, size_t i);
	void (*started)(void *ctx, size_t i);
};

int pool_run(const struct pool *pool, struct err *err);

#endif
