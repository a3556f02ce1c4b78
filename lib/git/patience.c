#include "git/patience.h"
#include "proc/host.h"
#include "proc/work.h"
#include <errno.h>
#include <poll.h>

#define STEP_MS 60000

static int64_t until_ms; /* by host_monotonic_ms(); 0: for ever */

/* Once it is stretched; 0: it is not. */
static int64_t span_ms;       /* from one beginning to the next */
static int64_t last_until_ms; /* no beginning goes beyond that */
static size_t came_bytes;     /* since the last one */

static int64_t begun_ms, deadline;

void
patience_begin(int64_t deadline_ms)
{
	begun_ms = host_monotonic_ms();
	deadline = deadline_ms;
	span_ms = 0;
	until_ms =
	    deadline_ms == 0 ? 0 : begun_ms + deadline_ms - deadline_ms / 10;
}

void
patience_stretch(void)
{
	if (until_ms == 0)
		return;
	span_ms = deadline - deadline / 10;
	last_until_ms = begun_ms + (PATIENCE_TIMES - 1) * deadline;
	came_bytes = 0;
}

void
patience_worked(void)
{
	int64_t until;

	if (span_ms == 0)
		return;
	came_bytes = 0;
	until = host_monotonic_ms() + span_ms;
	until_ms = until < last_until_ms ? until : last_until_ms;
	work_alive();
}

void
patience_came(size_t bytes)
{
	came_bytes += bytes;
	if (came_bytes * 1000 >= (size_t)span_ms * PATIENCE_RATE)
		patience_worked();
}

int64_t
patience_left_ms(int64_t most_ms)
{
	int64_t left;

	if (until_ms == 0)
		return most_ms;
	left = until_ms - host_monotonic_ms();
	if (left < 0)
		return 0;

	return left < most_ms ? left : most_ms;
}

bool
patience_wait_ms(int fd, short events, int64_t most_ms)
{
	struct pollfd poll_fd = { fd, events, 0 };
	int64_t end = host_monotonic_ms() + most_ms, left;

	while ((left = end - host_monotonic_ms()) > 0 &&
	       (left = patience_left_ms(left)) > 0)
		if (poll(&poll_fd, 1, (int)left) > 0)
			return true;

	return false;
}

bool
patience_wait(int fd, short events)
{
	while (patience_left_ms(1) > 0)
		if (patience_wait_ms(fd, events, STEP_MS))
			return true;

	return false;
}
