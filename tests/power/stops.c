/*
 * stops - run a command and stop it before each call that changes a file
 *
 *   stops HOOK COMMAND [ARG...]
 *
 * Whenever a process of COMMAND is about to make such a call, all calls
 * counted over all of its processes from 1, `HOOK N CALL` is run while that
 * process stands still. Where HOOK exits non-zero the process is killed. The
 * exit status is COMMAND's; 70 where it was killed. Hook and command share
 * the descriptors given, hook reads nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PIDS 4096
#define OPTIONS                                                                \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |    \
	    PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL)

#define CALL(NAME)                                                             \
	{                                                                      \
		SYS_##NAME, #NAME                                              \
	}
static const struct {
	long number;
	const char *name;
} calls[] = {
	CALL(write),
	CALL(pwrite64),
	CALL(writev),
	CALL(pwritev),
	CALL(copy_file_range),
	CALL(sendfile),
	CALL(fallocate),
	CALL(ftruncate),
	CALL(renameat),
	CALL(renameat2),
	CALL(linkat),
	CALL(symlinkat),
	CALL(unlinkat),
	CALL(mkdirat),
	CALL(fchmod),
	CALL(fchmodat),
	CALL(fchownat),
	CALL(utimensat),
	CALL(fsync),
	CALL(fdatasync),
	CALL(syncfs),
	CALL(exit_group),
#ifdef SYS_rename /* not on every machine */
	CALL(rename),
	CALL(link),
	CALL(symlink),
	CALL(unlink),
	CALL(mkdir),
	CALL(rmdir),
	CALL(chmod),
#endif
};

static void
die(const char *what)
{
	fprintf(stderr, "stops: %s: %s\n", what, strerror(errno));
	exit(71);
}

/* The call that `pid` is about to make; NULL where it changes no file. */
static const char *
call_of(pid_t pid)
{
	struct __ptrace_syscall_info info;
	size_t i;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) <= 0 ||
	    info.op != PTRACE_SYSCALL_INFO_ENTRY)
		return NULL;
	if (info.entry.nr == SYS_openat)
		return (info.entry.args[2] & O_CREAT) != 0 ? "openat" : NULL;
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if ((long)info.entry.nr == calls[i].number)
			return calls[i].name;

	return NULL;
}

/* Whether the hook lets it go on. */
static bool
ask(const char *hook, const char *call)
{
	static int count;
	char number[16];
	int status;
	pid_t pid;

	snprintf(number, sizeof(number), "%d", ++count);
	pid = fork();
	if (pid == -1)
		die("fork");
	if (pid == 0) {
		execl(hook, hook, number, call, (char *)NULL);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			die(hook);

	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static pid_t
start(char *argv[])
{
	pid_t pid = fork();
	int status;

	if (pid == -1)
		die("fork");
	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) == -1 ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL, OPTIONS) == -1)
		die(argv[0]);

	return pid;
}

/* A stop that is no call: the signal to hand on. A child's first SIGSTOP is
 * ptrace's own. */
static int
signal_of(pid_t pid, int status)
{
	static pid_t seen[PIDS];
	static size_t count;
	int signal = WSTOPSIG(status);
	size_t i;

	if (signal == SIGTRAP)
		return 0;
	if (signal != SIGSTOP)
		return signal;
	for (i = 0; i < count; i++)
		if (seen[i] == pid)
			return signal;
	if (count < PIDS)
		seen[count++] = pid;

	return 0;
}

int
main(int argc, char *argv[])
{
	int status, result = 70, signal;
	const char *call;
	pid_t first, pid;

	if (argc < 3) {
		fputs("usage: stops HOOK COMMAND [ARG...]\n", stderr);
		return 64;
	}
	first = start(argv + 2);
	ptrace(PTRACE_SYSCALL, first, NULL, NULL);
	while ((pid = waitpid(-1, &status, __WALL)) != -1 || errno == EINTR) {
		if (pid == -1)
			continue;
		if (!WIFSTOPPED(status)) {
			if (pid == first && WIFEXITED(status))
				result = WEXITSTATUS(status);
			continue;
		}
		signal = 0;
		if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
			call = call_of(pid);
			if (call != NULL && !ask(argv[1], call))
				kill(pid, SIGKILL);
		} else {
			signal = signal_of(pid, status);
		}
		ptrace(PTRACE_SYSCALL, pid, NULL, signal);
	}

	return result;
}
