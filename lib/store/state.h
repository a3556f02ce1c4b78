/*
 * state - the STATE folder, open
 *
 * Holds what ticks leave behind (state/README.md maps every file). The folder
 * is 0700 and ours; files are 0600. Everything below it is reached by `fd`.
 */
#ifndef STORE_STATE_H
#define STORE_STATE_H

#include "base/buf.h"
#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>

struct state {
	int fd;      /* of the folder, close-on-exec; -1: not open */
	int lock_fd; /* of .cycle.lock where this process took it; else -1 */
	char *path;  /* owned */
};

#define STATE_INIT                                                             \
	{                                                                      \
		-1, -1, NULL                                                   \
	}

/*
 * Open `path`; where `create`, make it (0700) if it is missing. Refused
 * (EX_CONFIG) where it is no folder of ours or others may write to it.
 * STATE is closed again on error.
 */
int state_open(struct state *state, const char *path, bool create,
    struct err *err);

/*
 * Hold .cycle.lock without waiting; where HERMES_LOCK_FD is an open
 * descriptor of that very file and its flock is ours, that is it.
 * EX_TEMPFAIL: `STATE/.cycle.lock: busy: another cycle is running`.
 */
int state_lock(struct state *state, struct err *err);

/*
 * The bytes of a file in the folder (`name` may hold one "/": cycles/x).
 * 1 and the bytes; 0 where there is none; -1 and EX_IOERR.
 */
int state_read(const struct state *state, const char *name, struct buf *out,
    struct err *err);

/*
 * Replace a file whole: temporary beside it, fsync, rename, fsync of the
 * folder; a reader sees old or new. Bytes that are there already are not
 * written again. The temporary is `.NAME.new`, always the same: one writer
 * at a time is the lock's promise, and what a killed one left is written
 * over. A folder in `name` is made (0700). Returns 1 written, 0 unchanged,
 * -1 and EX_IOERR.
 */
int state_write(const struct state *state, const char *name, const void *bytes,
    size_t len, struct err *err);

/*
 * A descriptor (close-on-exec, the caller's) of a folder in STATE, made
 * (0700) where it is missing: "cycles", "torn". -1 and EX_IOERR.
 */
int state_folder(const struct state *state, const char *name, struct err *err);

/* Releases what this process took; an inherited lock stays. */
void state_close(struct state *state);

#endif
