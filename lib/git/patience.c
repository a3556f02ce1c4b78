#include "git/patience.h"
#include "proc/host.h"
#include <errno.h>
#include <poll.h>

#define STEP_MS 60000

static int64_t until_ms; /* by host_monotonic_ms(); 0: for ever */

void
patience_begin(int64_t deadline_ms)
{
	until_ms = deadline_ms == 0
		       ? 0
		       : host_monotonic_ms() + deadline_ms - deadline_ms / 10;
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
patience_wait(int fd, short events)
{
	struct pollfd poll_fd = { fd, events, 0 };
	int64_t left;

	while ((left = patience_left_ms(STEP_MS)) > 0)
		if (poll(&poll_fd, 1, (int)left) > 0)
			return true;

	return false;
}
