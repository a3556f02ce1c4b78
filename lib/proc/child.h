/*
 * child - run one program with a deadline, its output kept and capped
 *
 * The child leads a process group of its own, stdin is /dev/null unless
 * given, every descriptor above 2 is closed but `fds`, and nothing of it is
 * left when child_run() returns: TERM, a grace, KILL of the group, and of
 * orphans that left the group where `subreaper` was asked for.
 */
#ifndef PROC_CHILD_H
#define PROC_CHILD_H

#include "base/buf.h"
#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHILD_FDS_MAX 4

struct child_options {
	const char *const *argv; /* borrowed, NULL ends; argv[0] by PATH */
	const char *const *env;  /* borrowed, NULL ends; NULL: ours */
	const char *cwd;         /* borrowed; NULL: ours */
	const char *input;       /* borrowed; NULL: /dev/null */
	size_t input_len;
	const int *fds;      /* borrowed; the child's 4, 5 and so on */
	size_t fd_count;     /* CHILD_FDS_MAX at most */
	int64_t deadline_ms; /* from the start; at least 1 */
	int64_t grace_ms;    /* between TERM and KILL */
	size_t output_max;   /* bytes kept of stdout and of stderr each */
	size_t memory_max;   /* of data it may have (RLIMIT_DATA); 0: any */
	bool merge;          /* stderr into `out` too, in order */
	bool subreaper;      /* adopt and kill orphans */
	bool restrict_privileges; /* no_new_privs, no core files */
};

struct child_result {
	struct buf out; /* owned */
	struct buf err; /* owned; empty where merged */
	bool out_cut;   /* there was more than output_max */
	int exit_code;  /* -1 where a signal ended it */
	int signal;     /* 0 where it exited */
	bool timed_out;
	bool not_started; /* exec failed: exit_code 126 or 127 */
	int64_t ms;
};

/* -1 only where the machine failed (fork, pipe: EX_OSERR as EX_IOERR). */
int child_run(const struct child_options *options, struct child_result *result,
    struct err *err);
void child_result_clear(struct child_result *result);

#endif
