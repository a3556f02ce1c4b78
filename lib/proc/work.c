#include "proc/work.h"
#include "proc/host.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static _Atomic int64_t *alive_at; /* shared with the parent; or NULL */

bool
work_send(int fd, const void *bytes, size_t len)
{
	const char *at = bytes;
	ssize_t put;

	while (len > 0) {
		put = send(fd, at, len, MSG_NOSIGNAL);
		if (put == -1 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		at += put;
		len -= (size_t)put;
	}

	return true;
}

bool
work_take(_Atomic int *own, size_t job, int owner)
{
	return atomic_compare_exchange_strong(&own[job], &owner, WORK_TAKEN);
}

static void
work_do(const struct pool *pool, int fd, size_t job, struct buf *answer)
{
	struct work_frame frame = { job, 0 };

	buf_reset(answer);
	buf_add(answer, &frame, sizeof(frame));
	pool->work(pool->ctx, job, answer);
	frame.len = answer->len - sizeof(frame);
	memcpy(answer->data, &frame, sizeof(frame));
	if (!work_send(fd, answer->data, answer->len))
		_exit(EX_IOERR);
}

void
work_alive(void)
{
	if (alive_at)
		atomic_store(alive_at, host_monotonic_ms());
}

_Noreturn void
work_serve(const struct pool *pool, _Atomic int *own, _Atomic int64_t *alive,
    int slot, int fd)
{
	size_t jobs[POOL_AHEAD_MAX], i;
	struct buf answer = { 0 };
	ssize_t got;

	alive_at = alive;
	while ((got = read(fd, jobs, sizeof(jobs))) > 0)
		for (i = 0; i < (size_t)got / sizeof(*jobs); i++)
			if (work_take(own, jobs[i], slot))
				work_do(pool, fd, jobs[i], &answer);
	_exit(0);
}
