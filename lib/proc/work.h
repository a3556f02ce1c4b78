/*
 * work - the worker's side of a pool, and what passes between the two
 *
 * Parent to worker: job numbers (size_t). Worker to parent: a frame and the
 * answer's bytes behind it. A worker does a job only if it can take it: its
 * slot must stand in own[job], which becomes WORK_TAKEN (W2).
 */
#ifndef PROC_WORK_H
#define PROC_WORK_H

#include "proc/pool.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORK_TAKEN (-1)

struct work_frame {
	size_t job;
	size_t len; /* of the answer */
};

/* Serve until the parent closes its end; `alive` is where work_alive() says
 * so, by host_monotonic_ms(). */
_Noreturn void work_serve(const struct pool *pool, _Atomic int *own,
    _Atomic int64_t *alive, int slot, int fd);

/* The job in hand makes progress. Nothing where this is no worker. */
void work_alive(void);

/* Hand the job over if it is `owner`'s and not begun. */
bool work_take(_Atomic int *own, size_t job, int owner);

/* All of it, without SIGPIPE; false: the other side is gone. */
bool work_send(int fd, const void *bytes, size_t len);

#endif
