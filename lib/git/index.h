/*
 * index - what two indexes say of their files, and what they know of them
 *
 * git itself makes an index (content.h). Here its entries are compared, and
 * what it knows of a file (size, times, inode: gitformat-index(5)) is written
 * into entries whose files have been moved into place since: such an index
 * says "clean" without git reading a byte.
 */
#ifndef GIT_INDEX_H
#define GIT_INDEX_H

#include "base/buf.h"
#include "git/target.h"
#include <stdbool.h>
#include <sys/stat.h>

/*
 * What differs between two indexes, each the whole file's bytes; `old` may be
 * empty. EX_DATAERR where one is no index, or holds a conflict. `*converts`
 * says whether either tracks a .gitattributes.
 */
int index_compare(struct target_changes *out, const struct buf *old,
    const struct buf *new, bool *converts, struct err *err);

/* Does a change's old entry know the file that `st` is of? */
bool index_knows(const struct target_change *change, const struct stat *st);

/* A file, and what it is; st.st_ino 0: nothing is known of it. */
struct index_file {
	const char *path; /* borrowed */
	struct stat st;
};

/* By path, as index_stamp() wants them. */
void index_files_sort(struct index_file *files, size_t count);

enum index_stamp {
	INDEX_STAMP,      /* every entry of a file in the list */
	INDEX_STAMP_CTIME /* those that are right but for the ctime, which a
			     rename moves */
};

/*
 * Write what is known of the files (sorted, each once) into the index at
 * `name` in `dir`, which nobody else reads yet. What was racy stays so: the
 * index keeps its mtime where an entry that is not in the list may have been
 * changed in the very second of it, and always with INDEX_STAMP_CTIME.
 */
int index_stamp(int dir, const char *name, const struct index_file *files,
    size_t count, enum index_stamp how, struct err *err);

#endif
