/*
 * lg - what the sources of this room share of libgit2
 *
 * The one header with libgit2's types; nothing outside lib/git includes it.
 */
#ifndef GIT_LG_H
#define GIT_LG_H

#include "base/err.h"
#include "base/list.h"
#include "git/lib.h"
#include <git2.h>

/* err_set() with what libgit2 said last behind it, and the system's number
 * where it was the system. Always -1. */
int lg_err(struct err *err, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* What libgit2 said last, never NULL, in one line. */
const char *lg_said(void);

/* The system's number of what libgit2 said last: ENOMEM where it had no
 * memory; 0: it was not the system. */
int lg_number(void);

/* Open the repository whose git dir or worktree is exactly `path`. */
int lg_open(git_repository **out, const char *path, struct err *err);

/* Hex to oid; the text has been checked: a fault is EX_SOFTWARE. */
int lg_oid(git_oid *out, const char *hex, struct err *err);

void lg_hex(char out[OID_SIZE], const git_oid *oid);

/*
 * From now on add the path of every file of a worktree that libgit2 reads to
 * compare it, because its stat data is not what the index says; a path may come
 * more than once. NULL: no more.
 */
void lg_list_hashed(struct list *paths);

#endif
