/*
 * ops - the steps that turn one tree into another, in order, written down
 *
 *   O1  deletes, emptied folders (deepest first), new folders (shallowest
 *       first), new paths, changed paths: done in this order every step finds
 *       its place free; undone latest first, likewise
 *   O2  step I keeps what it brings as "n-I" and what it took as "d-I" in
 *       the apply's folder; a change has the old file at "n-I" once it is done
 *   O3  gitlinks live in the index alone; their folder comes and goes empty
 *   O4  a step names files as they lie: ids of their very bytes (blob.h) and
 *       modes of what they are. A file that is not there, though the index has
 *       it, is added, as git does it, and needs not go
 *   O5  of a folder in the way of a new file the folders in it go, too; files
 *       that nothing tracks there are for the swap to find
 */
#ifndef EXEC_OPS_H
#define EXEC_OPS_H

#include "base/buf.h"
#include "base/err.h"
#include "git/target.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

enum op_kind {
	OP_DELETE = 'D', /* path goes to d-I */
	OP_RMDIR = 'R',  /* a folder that is now empty goes */
	OP_MKDIR = 'K',
	OP_ADD = 'A',   /* n-I goes to path, where nothing is */
	OP_CHANGE = 'M' /* n-I and path change places */
};

struct op {
	enum op_kind kind;
	char *path; /* owned */
	char old_oid[OID_SIZE], new_oid[OID_SIZE];
	unsigned old_mode, new_mode; /* RMDIR: old_mode is the folder's bits */
	uint64_t inode;              /* A, M: of what was prepared as n-I */

	/* Not written down. */
	const struct target_change *change; /* borrowed; D, A, M */
	struct stat old; /* D, M: of what lay there as the steps were planned */
	struct stat put; /* A, M: of n-I as it was moved into place */
};

struct ops {
	struct op *list; /* owned */
	size_t count, cap;
};

#define OP_NAME_SIZE 24

/* O2: "n-7", "d-7". */
void op_name(char out[OP_NAME_SIZE], char kind, size_t number);

/* D, M: is `st` of what lay there as the steps were planned, and has nobody
 * written to it since? */
bool op_untouched(const struct op *op, const struct stat *st);

/* The steps for `changes` in the worktree open at `tree`. */
int ops_plan(struct ops *ops, struct target *target,
    const struct target_changes *changes, int tree, struct err *err);

/* As text: a line naming the count, then one record a step, each as git's
 * own raw format has it, the path last and ended by a NUL. */
void ops_write(const struct ops *ops, struct buf *out);
int ops_read(struct ops *ops, const struct buf *text, const char *place,
    struct err *err);

void ops_clear(struct ops *ops);

#endif
