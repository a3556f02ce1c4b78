#include "proc/caught.h"
#include <stddef.h>

static volatile sig_atomic_t arrived;

static const int signals[CAUGHT_COUNT] = { SIGHUP, SIGINT, SIGTERM };

static void
on_signal(int number)
{
	arrived = number;
}

void
caught_begin(struct caught *caught)
{
	struct sigaction act = { .sa_handler = on_signal };
	sigset_t block;
	size_t i;

	arrived = 0;
	sigemptyset(&block);
	for (i = 0; i < CAUGHT_COUNT; i++)
		sigaddset(&block, signals[i]);
	sigprocmask(SIG_BLOCK, &block, &caught->mask);
	caught->wait = caught->mask;
	for (i = 0; i < CAUGHT_COUNT; i++) {
		sigdelset(&caught->wait, signals[i]);
		sigaction(signals[i], NULL, &caught->old[i]);
		if (caught->old[i].sa_handler != SIG_IGN)
			sigaction(signals[i], &act, NULL);
	}
}

int
caught_signal(void)
{
	return arrived;
}

void
caught_end(const struct caught *caught)
{
	size_t i;

	for (i = 0; i < CAUGHT_COUNT; i++)
		sigaction(signals[i], &caught->old[i], NULL);
	sigprocmask(SIG_SETMASK, &caught->mask, NULL);
}
