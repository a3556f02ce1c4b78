#include "git/ssh.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "git/access.h"
#include "git/lg.h"
#include "git/patience.h"
#include "git/trouble.h"
#include "model/url.h"
#include "plumbing/environment.h"
#include "proc/host.h"
#include "proc/reap.h"
#include <errno.h>
#include <fcntl.h>
#include <git2/errors.h>
#include <git2/sys/transport.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define SAID_MAX ((size_t)8192)
#define END_MS 1000 /* for an ssh whose work is done to end */
#define TERM_MS 50  /* for one that was told to */

struct ssh {
	git_smart_subtransport base; /* first: libgit2's view of this */
	struct stream *stream;       /* borrowed; the one conversation */
};

struct stream {
	git_smart_subtransport_stream base; /* likewise */
	struct ssh *ssh;                    /* borrowed */
	pid_t pid;
	int in, out, said_fd; /* of the child: stdin, stdout, stderr; or -1 */
	struct buf said;
	bool heard; /* something came on stdout */
};

static int
fail(const char *code, long status, const char *detail)
{
	trouble_set(code, status, detail);
	git_error_set_str(GIT_ERROR_SSH, code);
	return -1;
}

static void
close_fd(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

/* `text` as one word of sh. */
static void
quote(struct buf *out, const char *text)
{
	buf_putc(out, '\'');
	for (; *text != '\0'; text++)
		if (*text == '\'' || *text == '!')
			buf_printf(out, "'\\%c'", *text);
		else
			buf_putc(out, *text);
	buf_putc(out, '\'');
}

static void
push(char **argv, size_t *count, char *text)
{
	argv[(*count)++] = text;
}

#define ARGV_MAX 16

/*
 * What to run, owned strings. A command line of the user's goes through sh,
 * as git does it; everything of ours is a word of its own.
 */
static void
command_line(const struct url *url, char *argv[ARGV_MAX])
{
	const char *line = getenv("GIT_SSH_COMMAND");
	const char *program = getenv("GIT_SSH");
	struct buf remote = { 0 };
	size_t count = 0;

	if (line == NULL)
		line = access_used()->values[ACCESS_SSH_COMMAND];
	if (line != NULL) {
		push(argv, &count, xstrdup("sh"));
		push(argv, &count, xstrdup("-c"));
		push(argv, &count, xasprintf("%s \"$@\"", line));
		push(argv, &count, xstrdup(line));
	} else {
		push(argv, &count, xstrdup(program != NULL ? program : "ssh"));
	}
	push(argv, &count, xstrdup("-oBatchMode=yes"));
	push(argv, &count, xstrdup("-oStrictHostKeyChecking=yes"));
	push(argv, &count, xstrdup("-oConnectTimeout=15"));
	if (url->port != 0) {
		push(argv, &count, xstrdup("-p"));
		push(argv, &count, xasprintf("%d", url->port));
	}
	push(argv, &count,
	    url->user != NULL ? xasprintf("%s@%s", url->user, url->host)
			      : xstrdup(url->host));
	buf_puts(&remote, "git-upload-pack ");
	quote(&remote, url->path);
	push(argv, &count, buf_take(&remote));
	argv[count] = NULL;
}

static int
make_pipe(int *reader, int *writer)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) == -1)
		return -1;
	*reader = fds[0];
	*writer = fds[1];
	return 0;
}

/* The child's ends; -1: none. */
struct ends {
	int in, out, said;
	int failed; /* closed by exec, or told why not */
};

/* What a filter ignores, its ssh does not; and it goes with its worker. */
static _Noreturn void
become(char *const argv[], char *const env[], const struct ends *ends,
    pid_t parent)
{
	const int fds[] = { ends->in, ends->out, ends->said };
	int i, error;

	signal(SIGPIPE, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EX_TEMPFAIL);
	for (i = 0; i < 3 && dup2(fds[i], i) != -1; i++)
		continue;
	if (i == 3 && chdir("/") == 0)
		execvpe(argv[0], argv, env);
	error = errno;
	if (write(ends->failed, &error, sizeof(error)) == -1)
		_exit(126);
	_exit(127);
}

/* 0 where the program runs. */
static int
launch(struct stream *stream, char *const argv[], struct ends *ends)
{
	char **env = environment_outside();
	pid_t parent = getpid();
	int told = -1, error = 0, result = -1;

	if (make_pipe(&ends->in, &stream->in) == 0 &&
	    make_pipe(&stream->out, &ends->out) == 0 &&
	    make_pipe(&stream->said_fd, &ends->said) == 0 &&
	    make_pipe(&told, &ends->failed) == 0 &&
	    (stream->pid = fork()) != -1) {
		if (stream->pid == 0)
			become(argv, env, ends, parent);
		close_fd(&ends->failed);
		result = read(told, &error, sizeof(error)) == 0 ? 0 : -1;
		if (result == -1)
			reap_wait(stream->pid, TERM_MS, &error);
	}
	if (result == -1)
		stream->pid = 0;
	close_fd(&told);
	environment_free(env);
	return result;
}

static int
start(struct stream *stream, char *const argv[])
{
	struct ends ends = { -1, -1, -1, -1 };
	int result = launch(stream, argv, &ends);

	close_fd(&ends.in);
	close_fd(&ends.out);
	close_fd(&ends.said);
	close_fd(&ends.failed);
	if (result == -1)
		return fail("ssh-auth", 0, "ssh: cannot be started");
	fcntl(stream->in, F_SETFL, O_NONBLOCK);
	fcntl(stream->said_fd, F_SETFL, O_NONBLOCK);
	return 0;
}

/* Take what stands on the child's stderr, in portions; never waits. */
static void
listen_to_stderr(struct stream *stream)
{
	char bytes[16384];
	ssize_t len = read(stream->said_fd, bytes, sizeof bytes);

	if (len > 0 && stream->said.len < SAID_MAX)
		buf_add(&stream->said, bytes, (size_t)len);
	if (len == 0 || (len < 0 && errno != EAGAIN && errno != EINTR))
		close_fd(&stream->said_fd);
}

/*
 * Nothing is to be said any more: it ends by itself, or by TERM, or by KILL.
 * -1 where no exit status was to be had. What it left in the background
 * (ControlPersist) may hold its stderr open: nobody waits for the end of it.
 */
static int
end(struct stream *stream)
{
	int64_t since = host_monotonic_ms(), ms;
	int64_t grace = patience_left_ms(END_MS);
	bool ended, asked = false;
	int status = -1;

	close_fd(&stream->in);
	close_fd(&stream->out);
	if (stream->pid <= 0)
		return -1;
	do {
		ended = reap_wait(stream->pid, 5, &status);
		if (stream->said_fd != -1)
			listen_to_stderr(stream);
		ms = host_monotonic_ms() - since;
		if (!ended && !asked && ms >= grace)
			asked = kill(stream->pid, SIGTERM) == 0;
	} while (!ended && ms < grace + TERM_MS);
	if (!ended) {
		kill(stream->pid, SIGKILL);
		reap_wait(stream->pid, TERM_MS, &status);
	}
	if (stream->said_fd != -1)
		listen_to_stderr(stream);
	stream->pid = 0;

	return ended && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The conversation is over: how did ssh end, and what did it say? */
static int
explain(struct stream *stream)
{
	int status = end(stream);
	const char *code = trouble_code_of_ssh(status, buf_text(&stream->said),
	    stream->said.len);
	char detail[64] = "";

	if (status > 0)
		snprintf(detail, sizeof detail, "ssh: exit status %d", status);
	return fail(code, status, detail);
}

/* Until something is to be read, or the end of patience. */
static bool
wait_for_answer(struct stream *stream)
{
	struct pollfd fds[2];
	int64_t left;

	while ((left = patience_left_ms(60000)) > 0) {
		fds[0] = (struct pollfd){ stream->out, POLLIN, 0 };
		fds[1] = (struct pollfd){ stream->said_fd, POLLIN, 0 };
		if (poll(fds, 2, (int)left) == -1)
			continue;
		if (fds[1].revents != 0)
			listen_to_stderr(stream);
		if (fds[0].revents != 0)
			return true;
	}
	return false;
}

static int
stream_read(git_smart_subtransport_stream *base, char *buffer, size_t size,
    size_t *count)
{
	struct stream *stream = (struct stream *)base;
	ssize_t len;

	*count = 0;
	if (!wait_for_answer(stream))
		return fail(stream->heard ? "too-slow" : "timeout", 0, NULL);
	len = read(stream->out, buffer, size);
	if (len > 0) {
		patience_came((size_t)len);
		stream->heard = true;
		*count = (size_t)len;
		return 0;
	}
	return stream->heard ? 0 : explain(stream);
}

static int
stream_write(git_smart_subtransport_stream *base, const char *bytes, size_t len)
{
	struct stream *stream = (struct stream *)base;

	while (len > 0) {
		ssize_t written;

		if (!patience_wait(stream->in, POLLOUT))
			return fail("too-slow", 0, NULL);
		written = write(stream->in, bytes, len);
		if (written == -1 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (written == -1)
			return explain(stream);
		bytes += written;
		len -= (size_t)written;
	}
	return 0;
}

static void
stream_free(git_smart_subtransport_stream *base)
{
	struct stream *stream = (struct stream *)base;

	end(stream);
	close_fd(&stream->said_fd);
	stream->ssh->stream = NULL;
	buf_clear(&stream->said);
	free(stream);
}

static int
open_stream(struct ssh *ssh, const char *text)
{
	char *argv[ARGV_MAX], **word;
	struct stream *stream;
	struct url url;
	const char *why;
	int result;

	if (url_parse(&url, text, &why) == -1)
		return fail("unsupported-url", 0, why);
	stream = xcalloc(1, sizeof *stream);
	stream->base.subtransport = &ssh->base;
	stream->base.read = stream_read;
	stream->base.write = stream_write;
	stream->base.free = stream_free;
	stream->in = stream->out = stream->said_fd = -1;
	stream->ssh = ssh;
	ssh->stream = stream;
	command_line(&url, argv);
	result = start(stream, argv);
	for (word = argv; *word != NULL; word++)
		free(*word);
	url_clear(&url);
	if (result == -1)
		stream_free(&stream->base);
	return result;
}

static int
ssh_action(git_smart_subtransport_stream **out, git_smart_subtransport *base,
    const char *url, git_smart_service_t service)
{
	struct ssh *ssh = (struct ssh *)base;

	if (service != GIT_SERVICE_UPLOADPACK_LS &&
	    service != GIT_SERVICE_UPLOADPACK)
		return fail("forbidden", 0, "hermes only fetches");
	if (ssh->stream == NULL && open_stream(ssh, url) == -1)
		return -1;
	*out = &ssh->stream->base;
	return 0;
}

static int
ssh_close(git_smart_subtransport *base)
{
	(void)base;
	return 0;
}

static void
ssh_free(git_smart_subtransport *base)
{
	free(base);
}

static int
ssh_new(git_smart_subtransport **out, git_transport *owner, void *param)
{
	struct ssh *ssh = xcalloc(1, sizeof *ssh);

	(void)owner;
	(void)param;
	ssh->base.action = ssh_action;
	ssh->base.close = ssh_close;
	ssh->base.free = ssh_free;
	*out = &ssh->base;
	return 0;
}

int
ssh_register(struct err *err)
{
	static git_smart_subtransport_definition definition = { ssh_new, 0,
		NULL };

	if (git_transport_register("ssh", git_transport_smart, &definition) < 0)
		return lg_err(err, EX_SOFTWARE, "libgit2: ssh");
	return 0;
}
