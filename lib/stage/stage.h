/*
 * stage - what every main shares: its name, its help, its one line of error
 *
 * The only room that prints and exits.
 */
#ifndef STAGE_STAGE_H
#define STAGE_STAGE_H

#include "base/err.h"
#include "store/state.h"

/*
 * First thing in main: sets the program's name from argv[0], SIGPIPE to be
 * an error, fd 0-2 open: one that was closed is empty and cannot be written.
 * `usage` is "hermes-plan [-u REPO[=OID]]"; "-h" as the first argument prints
 * it to stdout and exits 0.
 */
void stage_begin(int argc, char *argv[], const char *usage);

/* Print "usage: ..." to stderr, exit 64. */
_Noreturn void stage_usage(void);

/* Print `program: text` to stderr, exit err->code. */
_Noreturn void stage_die(const struct err *err);

/* Print `program: text` to stderr and go on: what a person may want to know
 * of a run that is no failure. */
void stage_note(const char *text);

/* Print `before` and `text` to stderr, nothing where `text` is NULL; what a
 * terminal would obey (a path may hold it) is a "?". */
void stage_tell(const char *before, const char *text);

/* An option's whole number within min..max; anything else: stage_usage()'s
 * exit with a line naming the option. */
long long stage_number(char option, const char *text, long long min,
    long long max);

/*
 * Open the STATE folder named by -s and hold .cycle.lock: the one inherited
 * on HERMES_LOCK_FD where that is STATE's, else our own, taken without
 * waiting. EX_TEMPFAIL where another cycle holds it.
 */
int stage_state(struct state *state, const char *path, struct err *err);

#endif
