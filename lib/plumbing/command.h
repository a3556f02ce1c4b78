/*
 * command - the user's own git, run in a repository of ours
 *
 * Nothing else in Hermes starts git, but `git credential fill` (lib/git).
 *
 *   C1  GIT_DIR is a repository that Hermes made (scratch.h, staging), never a
 *       checkout's: no hook, monitor, alias or filter of a checkout's own
 *       configuration can run, for git never reads that
 *   C2  a checkout may be its worktree, to look at: nothing is written there
 *   C3  the user's and the system's configuration are obeyed, but for hooks,
 *       monitors, maintenance and programs that look at alternates
 *   C4  no prompt, no terminal, a deadline, a limit of memory; nothing of it
 *       is left behind when command_run() returns
 *
 * The oldest git that will do is 2.32.0 (version.h).
 */
#ifndef PLUMBING_COMMAND_H
#define PLUMBING_COMMAND_H

#include "base/buf.h"
#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COMMAND_ARGS_MAX 24

struct command {
	const char *git_dir;  /* borrowed; C1 */
	const char *worktree; /* borrowed; NULL: the git dir's own "none" */
	const char *index;    /* borrowed; absolute; NULL: none is needed */
	const char *argv[COMMAND_ARGS_MAX]; /* behind "git"; NULL ends */
	const char *input;                  /* borrowed; NULL: empty */
	size_t input_len;
	size_t output_max;   /* bytes of its output that are kept; 0: 64 KiB */
	int64_t deadline_ms; /* 0: COMMAND_DEADLINE_MS */
};

/* What a filter that fetches (git-lfs) may need; below the lease's ttl. */
#define COMMAND_DEADLINE_MS 600000

/* How it ended. */
enum command_end {
	COMMAND_DONE,    /* exit status 0 */
	COMMAND_REFUSED, /* git said no: any other exit status */
	COMMAND_FAILED,  /* the machine said no: a full disk, no memory, a
			    file that cannot be read or written */
	COMMAND_TIMEOUT, /* past its deadline */
	COMMAND_ABSENT,  /* there is no git */
	COMMAND_DIED     /* a signal ended it */
};

struct command_result {
	enum command_end end;
	int status;     /* the exit status; -1: it had none */
	int number;     /* FAILED: the system's number, where git told it */
	struct buf out; /* owned */
	char said[512]; /* of stderr the line that matters, printable; may be
			   empty */
};

/* -1 only where no process could be made. */
int command_run(const struct command *command, struct command_result *result,
    struct err *err);

/*
 * For who needs it done: anything but COMMAND_DONE is an error too. EX_DATAERR
 * where git refused, EX_UNAVAILABLE where there is none, else EX_IOERR with the
 * system's number where there is one (ENOSPC, ENOMEM, EACCES, ETIMEDOUT).
 */
int command_must(const struct command *command, struct command_result *result,
    struct err *err);

void command_result_clear(struct command_result *result);

#endif
