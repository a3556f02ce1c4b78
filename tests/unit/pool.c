/*
 * pool [-j JOBS] [-w WORKERS] [-a AHEAD] [-d MS] [-c CAP] [-M MIB] [-m MARK]
 *     [JOB:ACTION ...] - run a pool, print a line for each job in order:
 *     `JOB OUTCOME BYTES PID`
 *
 * ACTION: hang, crash, exit, nonsense, orphan (a grandchild in a session of
 * its own), slow (50 ms), hungry (memory without end), big (3 MB), never
 * (POOL_NEVER). MARK stands in the grandchild's command line. With -c at most
 * CAP jobs run at once.
 */
#include "proc/pool.h"
#include "base/alloc.h"
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *const outcomes[] = { "done", "timeout", "died", "skipped" };

struct test {
	const char **actions;
	char **lines;
	int cap, running, most;
	const char *mark;
};

static void
orphan(const char *mark)
{
	if (fork() != 0)
		return;
	setsid();
	execlp("sh", "sh", "-c", "sleep 600; :", mark, (char *)NULL);
	_exit(127);
}

static void
nonsense(void)
{
	char junk[64];
	int fd;

	memset(junk, -1, sizeof(junk));
	for (fd = 3; fd < 30; fd++)
		send(fd, junk, sizeof(junk), MSG_NOSIGNAL);
}

static void
work(void *ctx, size_t i, struct buf *answer)
{
	const struct test *test = ctx;
	const char *action = test->actions[i] == NULL ? "" : test->actions[i];

	if (strcmp(action, "hang") == 0)
		for (;;)
			pause();
	if (strcmp(action, "crash") == 0)
		raise(SIGSEGV);
	if (strcmp(action, "exit") == 0)
		_exit(0);
	if (strcmp(action, "nonsense") == 0)
		nonsense();
	if (strcmp(action, "orphan") == 0)
		orphan(test->mark);
	while (strcmp(action, "hungry") == 0)
		memset(xcalloc(1, 1 << 20), 1, 1 << 20);
	if (strcmp(action, "slow") == 0)
		usleep(50000);
	if (strcmp(action, "big") == 0) {
		buf_reserve(answer, 3 << 20);
		memset(answer->data + answer->len, 'x', 3 << 20);
		answer->len += 3 << 20;
	}
	buf_printf(answer, "%d", (int)getpid());
}

static void
done(void *ctx, size_t i, enum pool_outcome outcome, const struct buf *answer,
    int64_t ms)
{
	struct test *test = ctx;
	size_t len = answer == NULL ? 0 : answer->len;
	const char *pid = "-";

	(void)ms;
	if (len > 0 && len < 20)
		pid = answer->data;
	if (test->lines[i] != NULL) {
		printf("%zu: done twice\n", i);
		exit(1);
	}
	test->running -= outcome != POOL_SKIPPED;
	test->lines[i] =
	    xasprintf("%zu %s %zu %s", i, outcomes[outcome], len, pid);
}

static enum pool_ready
ready(void *ctx, size_t i)
{
	const struct test *test = ctx;

	if (test->actions[i] != NULL && strcmp(test->actions[i], "never") == 0)
		return POOL_NEVER;

	return test->running < test->cap ? POOL_NOW : POOL_LATER;
}

static void
started(void *ctx, size_t i)
{
	struct test *test = ctx;

	(void)i;
	if (++test->running > test->most)
		test->most = test->running;
}

int
main(int argc, char *argv[])
{
	struct pool pool = { .job_count = 8,
		.worker_count = 2,
		.ahead = 4,
		.deadline_ms = 300,
		.work = work,
		.done = done };
	struct test test = { .mark = "mark" };
	struct err err;
	size_t i;
	int ch, rc;

	while ((ch = getopt(argc, argv, "a:c:d:j:M:m:w:")) != -1)
		switch (ch) {
		case 'a':
			pool.ahead = atoi(optarg);
			break;
		case 'c':
			test.cap = atoi(optarg);
			pool.ready = ready;
			pool.started = started;
			break;
		case 'd':
			pool.deadline_ms = atoi(optarg);
			break;
		case 'j':
			pool.job_count = (size_t)atoi(optarg);
			break;
		case 'M':
			pool.memory_max = (size_t)atoi(optarg) << 20;
			break;
		case 'm':
			test.mark = optarg;
			break;
		case 'w':
			pool.worker_count = atoi(optarg);
			break;
		default:
			return EX_USAGE;
		}
	test.actions = xcalloc(pool.job_count, sizeof(*test.actions));
	test.lines = xcalloc(pool.job_count, sizeof(*test.lines));
	for (; optind < argc; optind++)
		test.actions[atoi(argv[optind])] =
		    strchr(argv[optind], ':') + 1;
	pool.ctx = &test;
	if ((rc = pool_run(&pool, &err)) == -1)
		fprintf(stderr, "%s\n", err.text);
	for (i = 0; i < pool.job_count; i++) {
		if (rc == 0)
			puts(test.lines[i]);
		free(test.lines[i]);
	}
	if (test.most > 0)
		printf("most %d\n", test.most);
	free(test.actions);
	free(test.lines);

	return rc == 0 ? 0 : err.code;
}
