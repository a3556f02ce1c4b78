#include "proc/child.h"
#include "base/alloc.h"
#include "proc/host.h"
#include "proc/reap.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHUNK (64u << 10)
#define LINGER_MS 100 /* for a tee that is about to end too */

struct stream {
	int fd; /* our end; -1: closed */
	struct buf *keep;
};

struct child {
	const struct child_options *options;
	struct child_result *result;
	pid_t pid;
	int pid_fd;
	struct stream streams[2]; /* stdout, stderr */
	int failed;               /* read end of what exec says if it fails */
};

/* The child's ends; -1 where there is none. */
struct ends {
	int in, out, err, failed;
};

/* In the child */

static void
signals_default(void)
{
	struct sigaction act = { .sa_handler = SIG_DFL };
	sigset_t none;
	int i;

	for (i = 1; i < NSIG; i++)
		sigaction(i, &act, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
privileges_restrict(void)
{
	struct rlimit none = { 0, 0 };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	setrlimit(RLIMIT_CORE, &none);
}

static void
memory_limit(size_t most)
{
	struct rlimit limit = { most, most };

	setrlimit(RLIMIT_DATA, &limit);
}

/*
 * Put the ends to 0, 1, 2 and 3 (closed by exec), what is handed on behind
 * them, and close all others. All are moved out of the way first: one may be
 * what another is to be.
 */
static int
ends_place(const struct ends *ends, const struct child_options *options)
{
	int at[4 + CHILD_FDS_MAX] = { ends->in, ends->out, ends->err,
		ends->failed };
	int i, count = 4;

	for (i = 0; i < (int)options->fd_count && i < CHILD_FDS_MAX; i++)
		at[count++] = options->fds[i];
	for (i = 0; i < count; i++)
		if ((at[i] = fcntl(at[i], F_DUPFD, count)) == -1)
			return -1;
	for (i = 0; i < count; i++)
		if (dup2(at[i], i) == -1)
			return -1;
	fcntl(3, F_SETFD, FD_CLOEXEC);

	return close_range((unsigned)count, ~0U, 0);
}

/* Tell the parent; a negative number speaks of the cwd. */
static _Noreturn void
child_fail(int fd, int error)
{
	if (write(fd, &error, sizeof(error)) != sizeof(error))
		_exit(125);
	_exit(error == ENOENT ? 127 : 126);
}

static _Noreturn void
child_exec(const struct child_options *options, const struct ends *ends,
    pid_t parent)
{
	char *const *argv = (char *const *)options->argv;
	char *const *env = (char *const *)options->env;
	int failed = ends->failed;

	setpgid(0, 0);
	signals_default();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EX_TEMPFAIL);
	if (options->restrict_privileges)
		privileges_restrict();
	if (options->memory_max != 0)
		memory_limit(options->memory_max);
	if (options->cwd != NULL && chdir(options->cwd) == -1)
		child_fail(failed, -errno);
	if (ends_place(ends, options) == 0) {
		failed = 3;
		execvpe(argv[0], argv, env == NULL ? environ : env);
	}
	child_fail(failed, errno);
}

/* In the parent */

static int
input_open(const struct child_options *options)
{
	int fd;

	if (options->input == NULL)
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	if ((fd = memfd_create("input", MFD_CLOEXEC)) == -1)
		return -1;
	if (pwrite(fd, options->input, options->input_len, 0) !=
	    (ssize_t)options->input_len) {
		close(fd);
		return -1;
	}

	return fd;
}

static int
pipe_open(int *ours, int *theirs)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) == -1)
		return -1;
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	*ours = fds[0];
	*theirs = fds[1];

	return 0;
}

static void
fd_close(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

static void
child_close(struct child *child)
{
	fd_close(&child->streams[0].fd);
	fd_close(&child->streams[1].fd);
	fd_close(&child->failed);
	fd_close(&child->pid_fd);
}

static int
ends_open(struct child *child, struct ends *ends)
{
	if ((ends->in = input_open(child->options)) == -1 ||
	    pipe_open(&child->failed, &ends->failed) == -1 ||
	    pipe_open(&child->streams[0].fd, &ends->out) == -1)
		return -1;
	if (child->options->merge)
		return ends->err = fcntl(ends->out, F_DUPFD_CLOEXEC, 3);

	return pipe_open(&child->streams[1].fd, &ends->err);
}

static int
child_start(struct child *child)
{
	struct ends ends = { -1, -1, -1, -1 };
	pid_t parent = getpid();
	int error = 0;

	if (ends_open(child, &ends) == -1 || (child->pid = fork()) == -1)
		error = errno;
	else if (child->pid == 0)
		child_exec(child->options, &ends, parent);
	fd_close(&ends.in);
	fd_close(&ends.out);
	fd_close(&ends.err);
	fd_close(&ends.failed);
	if (error != 0) {
		child_close(child);
		errno = error;
		return -1;
	}
	setpgid(child->pid, child->pid); /* whoever of the two is first */
	child->pid_fd = pidfd_open(child->pid, 0);

	return 0;
}

/* Read what is there: all is taken, output_max of it kept. */
static void
stream_drain(struct child *child, struct stream *stream)
{
	char chunk[CHUNK];
	size_t room, max = child->options->output_max;
	ssize_t got;

	while (stream->fd != -1) {
		got = read(stream->fd, chunk, sizeof(chunk));
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1 && errno == EAGAIN)
			return;
		if (got <= 0) {
			fd_close(&stream->fd);
			return;
		}
		room = max - stream->keep->len;
		if ((size_t)got > room)
			child->result->out_cut = true;
		buf_add(stream->keep, chunk,
		    (size_t)got < room ? (size_t)got : room);
		if ((size_t)got < sizeof(chunk))
			return; /* poll says when there is more */
	}
}

static void
child_drain(struct child *child)
{
	stream_drain(child, &child->streams[0]);
	stream_drain(child, &child->streams[1]);
}

/*
 * Wait for output, for the end of the child, or for `until`. True while
 * there is something to wait for: the child, or one that holds its output.
 */
static bool
child_wait(struct child *child, bool *ended, int64_t until)
{
	struct pollfd fds[3] = {
		{ child->streams[0].fd, POLLIN, 0 },
		{ child->streams[1].fd, POLLIN, 0 },
		{ *ended ? -1 : child->pid_fd, POLLIN, 0 },
	};
	int64_t left = until - host_monotonic_ms();
	siginfo_t info = { 0 };
	int most = child->pid_fd == -1 ? 10 : 1 << 30;

	left = left < 0 ? 0 : left < most ? left : most;
	poll(fds, 3, (int)left);
	child_drain(child);
	if (!*ended)
		/* not reaped yet: its number still is the group's */
		*ended = waitid(P_PID, (id_t)child->pid, &info,
			     WEXITED | WNOHANG | WNOWAIT) == -1 ||
			 info.si_pid != 0;

	return !*ended || child->streams[0].fd != -1 ||
	       child->streams[1].fd != -1;
}

/*
 * Until the child ended and nobody holds its output; past the deadline, or
 * when the child ended and others of its group did not: TERM, the grace,
 * KILL.
 */
static void
child_follow(struct child *child, int64_t start)
{
	const struct child_options *options = child->options;
	int64_t until = start + options->deadline_ms;
	bool ended = false, more = true;

	while (more && !ended && host_monotonic_ms() < until)
		more = child_wait(child, &ended, until);
	child->result->timed_out = !ended;
	until = host_monotonic_ms() + (ended ? LINGER_MS : 0);
	while (more && host_monotonic_ms() < until)
		more = child_wait(child, &ended, until);
	if (more)
		kill(-child->pid, SIGTERM);
	until = host_monotonic_ms() + options->grace_ms;
	while (more && host_monotonic_ms() < until)
		more = child_wait(child, &ended, until);
}

static void
child_end(struct child *child, struct reap *reap)
{
	struct child_result *result = child->result;
	int status = 0;

	if (!reap_group(child->pid, &status))
		status = SIGKILL; /* sent, and pending for ever */
	if (reap != NULL)
		reap_orphans(reap);
	child_drain(child);
	result->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	result->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/* What exec said, as a shell would print it. */
static void
child_failed(struct child *child)
{
	const struct child_options *options = child->options;
	int error;

	if (read(child->failed, &error, sizeof(error)) != sizeof(error))
		return;
	child->result->not_started = true;
	buf_printf(options->merge ? &child->result->out : &child->result->err,
	    "%s: %s\n", error < 0 ? options->cwd : options->argv[0],
	    strerror(abs(error)));
}

int
child_run(const struct child_options *options, struct child_result *result,
    struct err *err)
{
	struct child child = { .options = options,
		.result = result,
		.pid_fd = -1,
		.streams = { { -1, &result->out }, { -1, &result->err } },
		.failed = -1 };
	int64_t start = host_monotonic_ms();
	struct reap reap;

	*result = (struct child_result){ .exit_code = -1 };
	if (options->subreaper)
		reap_adopt(&reap);
	if (child_start(&child) == -1) {
		err_sys(err, EX_IOERR, "%s", options->argv[0]);
		if (options->subreaper)
			reap_orphans(&reap);
		return -1;
	}
	child_follow(&child, start);
	child_end(&child, options->subreaper ? &reap : NULL);
	child_failed(&child);
	child_close(&child);
	result->ms = host_monotonic_ms() - start;

	return 0;
}

void
child_result_clear(struct child_result *result)
{
	buf_clear(&result->out);
	buf_clear(&result->err);
	*result = (struct child_result){ 0 };
}
