#include "proc/pool.h"
#include "base/alloc.h"
#include "proc/caught.h"
#include "proc/host.h"
#include "proc/reap.h"
#include "proc/work.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_MAX (64u << 20)
#define NO_JOB ((size_t)-1)

/* A sanitizer maps terabytes of shadow, and would not start. */
#ifdef __SANITIZE_ADDRESS__
#define SHADOWED true
#else
#define SHADOWED false
#endif

struct worker {
	pid_t pid; /* 0: none */
	int fd;
	size_t queue[POOL_AHEAD_MAX]; /* the first is in hand */
	int queued;
	int64_t began_ms; /* the one in hand */
	bool answered;    /* at least once */
	struct buf in;
};

struct run {
	const struct pool *pool;
	pid_t parent;
	struct worker *workers;
	struct pollfd *polls;
	int count;        /* of workers */
	size_t first;     /* of the pending jobs, NO_JOB ends */
	size_t *next;     /* behind each pending job */
	size_t pending;   /* how many */
	bool *admitted;   /* ready() said yes */
	bool stuck;       /* nothing pending is ready until the next done() */
	_Atomic int *own; /* shared: which worker may take the job (W2) */
	_Atomic int64_t *alive; /* shared: when each worker last said so */
	size_t done;
	struct buf answer;
};

/* Who is root could go beyond what he was given. */
static void
limit_memory(rlim_t max)
{
	struct rlimit now;

	if (getrlimit(RLIMIT_DATA, &now) == 0 && now.rlim_cur < max)
		max = now.rlim_cur;
	setrlimit(RLIMIT_DATA, &(struct rlimit){ max, max });
}

static _Noreturn void
worker_begin(const struct run *run, const struct caught *caught, int slot,
    int fd)
{
	int i;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != run->parent)
		_exit(EX_TEMPFAIL);
	/* the others' sockets would keep them alive without a parent */
	for (i = 0; i < run->count; i++)
		if (run->workers[i].pid != 0)
			close(run->workers[i].fd);
	caught_end(caught);
	if (run->pool->memory_max != 0 && !SHADOWED)
		limit_memory(run->pool->memory_max);
	work_serve(run->pool, run->own, &run->alive[slot], slot, fd);
}

static int
worker_spawn(struct run *run, const struct caught *caught, int slot)
{
	struct worker *worker = &run->workers[slot];
	int fds[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == -1)
		return -1;
	if ((pid = fork()) == 0) {
		close(fds[0]);
		worker_begin(run, caught, slot, fds[1]);
	}
	close(fds[1]);
	if (pid == -1) {
		close(fds[0]);
		return -1;
	}
	setpgid(pid, pid); /* whoever of the two is first */
	worker->pid = pid;
	worker->fd = fds[0];
	worker->queued = 0;
	worker->answered = false;
	buf_reset(&worker->in);

	return 0;
}

static void
job_done(struct run *run, size_t job, enum pool_outcome outcome,
    const struct buf *answer, int64_t ms)
{
	run->done++;
	run->stuck = false;
	run->pool->done(run->pool->ctx, job, outcome, answer, ms);
}

static void
job_return(struct run *run, size_t job)
{
	run->next[job] = run->first;
	run->first = job;
	run->pending++;
}

/* A pending job that may start, or NO_JOB. */
static size_t
job_pending(struct run *run)
{
	const struct pool *pool = run->pool;
	size_t *link = &run->first, job;
	enum pool_ready ready;
	bool skipped = false;

	if (run->stuck)
		return NO_JOB;
	while ((job = *link) != NO_JOB) {
		ready = pool->ready == NULL || run->admitted[job]
			    ? POOL_NOW
			    : pool->ready(pool->ctx, job);
		if (ready == POOL_LATER) {
			link = &run->next[job];
			continue;
		}
		*link = run->next[job];
		run->pending--;
		if (ready == POOL_NEVER) {
			job_done(run, job, POOL_SKIPPED, NULL, 0);
			skipped = true;
			continue;
		}
		if (!run->admitted[job] && pool->started != NULL)
			pool->started(pool->ctx, job);
		run->admitted[job] = true;
		return job;
	}
	run->stuck = !skipped; /* each done() may make others ready */

	return NO_JOB;
}

/* Take back a job that stands behind another one (W2), or NO_JOB. */
static size_t
job_steal(struct run *run)
{
	struct worker *from = NULL;
	size_t job;
	int i;

	for (i = 0; i < run->count; i++)
		if (run->workers[i].queued > 1 &&
		    (from == NULL || run->workers[i].queued > from->queued))
			from = &run->workers[i];
	if (from == NULL)
		return NO_JOB;
	job = from->queue[from->queued - 1];
	if (!work_take(run->own, job, (int)(from - run->workers)))
		return NO_JOB;
	from->queued--;

	return job;
}

/*
 * Hand the worker in `slot` what it may have. -1 where a worker is wanted
 * and none can be made.
 */
static int
worker_feed(struct run *run, const struct caught *caught, int slot)
{
	struct worker *worker = &run->workers[slot];
	int i, had = worker->queued, want = run->pool->ahead - had;
	size_t share = 1 + run->pending / (size_t)run->count, job;

	if (had > run->pool->ahead / 2)
		return 0;
	if ((size_t)want > share)
		want = (int)share;
	for (i = 0; i < want; i++) {
		job = job_pending(run);
		if (job == NO_JOB && worker->queued == 0)
			job = job_steal(run);
		if (job == NO_JOB)
			break;
		if (worker->pid == 0 && worker_spawn(run, caught, slot) == -1) {
			job_return(run, job);
			return -1;
		}
		atomic_store(&run->own[job], slot);
		worker->queue[worker->queued++] = job;
	}
	if (worker->queued == had)
		return 0;
	if (had == 0)
		worker->began_ms = host_monotonic_ms();
	/* where it is dead already, collecting finds that out */
	work_send(worker->fd, worker->queue + had,
	    (size_t)(worker->queued - had) * sizeof(*worker->queue));

	return 0;
}

static int
run_feed(struct run *run, const struct caught *caught, struct err *err)
{
	int i, busy = 0, failed = 0;

	for (i = 0; i < run->count; i++) {
		if (!failed && worker_feed(run, caught, i) == -1)
			failed = errno;
		busy += run->workers[i].queued > 0;
	}
	if (busy > 0 || run->done == run->pool->job_count)
		return 0;
	errno = failed;
	if (failed)
		return err_sys(err, EX_IOERR, "worker");
	if (!run->stuck) /* a job that was skipped made others ready */
		return 0;

	return err_set(err, EX_SOFTWARE, "pool: no job is ready and none runs");
}

static ssize_t
worker_read(struct worker *worker, int flags)
{
	ssize_t got;

	buf_reserve(&worker->in, 64u << 10);
	got = recv(worker->fd, worker->in.data + worker->in.len, 64u << 10,
	    flags);
	if (got > 0)
		worker->in.len += (size_t)got;

	return got;
}

/* Take whole answers from what the worker wrote; false: it wrote nonsense. */
static bool
worker_answers(struct run *run, struct worker *worker)
{
	struct work_frame frame;
	size_t at = 0, left;
	int64_t now = host_monotonic_ms(), ms;

	while ((left = worker->in.len - at) >= sizeof(frame)) {
		memcpy(&frame, worker->in.data + at, sizeof(frame));
		if (worker->queued == 0 || frame.job != worker->queue[0] ||
		    frame.len > ANSWER_MAX)
			return false;
		if (left - sizeof(frame) < frame.len)
			break;
		buf_reset(&run->answer);
		buf_add(&run->answer, worker->in.data + at + sizeof(frame),
		    frame.len);
		at += sizeof(frame) + frame.len;
		memmove(worker->queue, worker->queue + 1,
		    (size_t)--worker->queued * sizeof(*worker->queue));
		ms = now - worker->began_ms;
		worker->began_ms = now;
		worker->answered = true;
		job_done(run, frame.job, POOL_DONE, &run->answer, ms);
	}
	left = worker->in.len - at;
	if (at > 0)
		memmove(worker->in.data, worker->in.data + at, left);
	worker->in.len = left;

	return true;
}

/*
 * The worker is to be no more. What it had answered counts, the job that it
 * had begun is lost, the rest goes to others. One that dies before its first
 * job would do so for ever: that job is lost too.
 */
static void
worker_lose(struct run *run, struct worker *worker, enum pool_outcome outcome)
{
	size_t hand = NO_JOB;
	int i, status;

	reap_group(worker->pid, &status);
	while (worker_read(worker, MSG_DONTWAIT) > 0)
		continue;
	worker_answers(run, worker);
	close(worker->fd);
	worker->pid = 0;
	for (i = worker->queued - 1; i > 0; i--)
		job_return(run, worker->queue[i]);
	if (worker->queued > 0)
		hand = worker->queue[0];
	worker->queued = 0;
	run->stuck = false;
	if (hand == NO_JOB)
		return;
	if (worker->answered && atomic_load(&run->own[hand]) != WORK_TAKEN)
		job_return(run, hand);
	else
		job_done(run, hand, outcome, NULL,
		    host_monotonic_ms() - worker->began_ms);
}

static void
worker_collect(struct run *run, struct worker *worker)
{
	if (worker_read(worker, 0) <= 0 || !worker_answers(run, worker))
		worker_lose(run, worker, POOL_DIED);
}

/* Until when the job in hand may take. */
static int64_t
worker_until(const struct run *run, const struct worker *worker)
{
	const struct pool *pool = run->pool;
	int64_t alive = atomic_load(&run->alive[worker - run->workers]);
	int64_t until = worker->began_ms + pool->deadline_ms;

	if (pool->most_ms <= pool->deadline_ms || alive <= worker->began_ms)
		return until;
	until = alive + pool->deadline_ms;

	return until < worker->began_ms + pool->most_ms
		   ? until
		   : worker->began_ms + pool->most_ms;
}

/* Milliseconds until the first job is past its deadline; 0 if none runs. */
static int64_t
run_patience(const struct run *run, int64_t now)
{
	int64_t left, least = -1;
	int i;

	for (i = 0; i < run->count; i++) {
		if (run->workers[i].queued == 0)
			continue;
		left = worker_until(run, &run->workers[i]) - now;
		left = left < 0 ? 0 : left;
		if (least == -1 || left < least)
			least = left;
	}

	return least == -1 ? 0 : least;
}

static void
run_wait(struct run *run, const sigset_t *mask)
{
	int64_t ms = run_patience(run, host_monotonic_ms());
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };
	struct worker *worker;
	int i;

	for (i = 0; i < run->count; i++) {
		worker = &run->workers[i];
		run->polls[i].fd = worker->pid == 0 ? -1 : worker->fd;
		run->polls[i].events = POLLIN;
		run->polls[i].revents = 0;
	}
	ppoll(run->polls, (nfds_t)run->count, &ts, mask);
	for (i = 0; i < run->count; i++)
		if (run->polls[i].revents != 0)
			worker_collect(run, &run->workers[i]);
}

static void
run_expire(struct run *run)
{
	int64_t now = host_monotonic_ms();
	struct worker *worker;
	int i;

	for (i = 0; i < run->count; i++) {
		worker = &run->workers[i];
		if (worker->queued > 0 && now >= worker_until(run, worker))
			worker_lose(run, worker, POOL_TIMEOUT);
	}
}

static int
run_loop(struct run *run, const struct caught *caught, struct err *err)
{
	while (run->done < run->pool->job_count) {
		if (run_feed(run, caught, err) == -1)
			return -1;
		run_wait(run, &caught->wait);
		if (caught_signal() != 0)
			return err_set(err, EX_TEMPFAIL,
			    "interrupted by signal %d", caught_signal());
		run_expire(run);
	}

	return 0;
}

static void *
share(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static int
run_init(struct run *run, const struct pool *pool, struct err *err)
{
	size_t i, n = pool->job_count;

	run->pool = pool;
	run->count =
	    n < (size_t)pool->worker_count ? (int)n : pool->worker_count;
	run->own = share(n * sizeof(*run->own));
	run->alive = share((size_t)run->count * sizeof(*run->alive));
	if (!run->own || !run->alive)
		return err_sys(err, EX_IOERR, "pool");
	run->parent = getpid();
	run->workers = xcalloc((size_t)run->count, sizeof(*run->workers));
	run->polls = xcalloc((size_t)run->count, sizeof(*run->polls));
	run->next = xcalloc(n, sizeof(*run->next));
	run->admitted = xcalloc(n, sizeof(*run->admitted));
	for (i = 0; i < n; i++)
		run->next[i] = i + 1 < n ? i + 1 : NO_JOB;
	run->pending = n;

	return 0;
}

/* Workers that wait for jobs hold nothing: they are killed too. */
static void
run_clear(struct run *run)
{
	struct worker *worker;
	int i, status;

	for (i = 0; i < run->count; i++) /* all at once, then wait */
		if (run->workers[i].pid != 0)
			kill(-run->workers[i].pid, SIGKILL);
	for (i = 0; i < run->count; i++) {
		worker = &run->workers[i];
		buf_clear(&worker->in);
		if (worker->pid == 0)
			continue;
		reap_group(worker->pid, &status);
		close(worker->fd);
	}
	munmap(run->own, run->pool->job_count * sizeof(*run->own));
	munmap(run->alive, (size_t)run->count * sizeof(*run->alive));
	free(run->workers);
	free(run->polls);
	free(run->next);
	free(run->admitted);
	buf_clear(&run->answer);
}

int
pool_run(const struct pool *pool, struct err *err)
{
	struct run run = { 0 };
	struct caught caught;
	struct reap reap;
	int rc;

	if (pool->job_count == 0)
		return 0;
	if (pool->ahead < 1 || pool->ahead > POOL_AHEAD_MAX ||
	    pool->worker_count < 1)
		return err_set(err, EX_SOFTWARE, "pool: ahead or workers");
	if (run_init(&run, pool, err) == -1)
		return -1;
	caught_begin(&caught);
	reap_adopt(&reap);
	rc = run_loop(&run, &caught, err);
	run_clear(&run);
	reap_orphans(&reap);
	caught_end(&caught);

	return rc;
}
