/*
 * lib - libgit2, started once and told how Hermes wants it
 *
 * Starting costs some 5 ms: a filter starts it in the parent, before it
 * forks. This room is libgit2's only home, and no header of it but lg.h
 * shows one of its types: outside, a commit is 40 hex digits.
 *
 * What it is told: Hermes judges owners by lstat itself (B1), so libgit2
 * does not; what a remote sends is verified; what is written below a git dir
 * is synced; it takes its time limits from nobody but the worker's deadline.
 * libgit2 runs no hook, no fsmonitor and no filter program, and its own filters
 * (end of line, ident) pass everything on: what git would commit of a file is
 * git's to say (content.h).
 */
#ifndef GIT_LIB_H
#define GIT_LIB_H

#include "base/err.h"

#define OID_SIZE 41 /* 40 hex digits and a NUL */

/* Start libgit2 for this process and what it forks. EX_UNAVAILABLE. */
int git_start(struct err *err);

void git_stop(void);

#endif
