/*
 * canary - a tree of the exact commit to run checks in (X3)
 *
 * STATE/canary/TOKEN is a repository of its own, detached at `after`, whose
 * objects are the checkout's by alternates: what a check does to it stays in
 * it. Gone when canary_run() returns.
 */
#ifndef EXEC_CANARY_H
#define EXEC_CANARY_H

#include "apply.h"
#include "check.h"

/* Run the canary checks, if there are any, before the live tree changes.
 * -1 and a verdict where the tree cannot be made. */
int canary_run(struct apply *apply, enum check_result *result);

/* Remove what a dead apply left. */
void canary_remove(const struct state *state, const char *name);

#endif
