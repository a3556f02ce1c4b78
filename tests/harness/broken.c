/*
 * broken - hermes-exec without one of the things that it stands on
 *
 * Linked in front of the calls below (ld --wrap) by `make check-harness`, with
 * one switch set. The sound program knows nothing of it.
 *
 *   BREAK_JOURNAL_SYNC  a journal, in STATE or in the git dir, is not synced
 *   BREAK_FOLDER_SYNC   no folder is synced: names may be lost, or be early
 *   BREAK_EXCHANGE      the old file is copied and then overwritten
 *   BREAK_OUT_HASH      what came out is taken for the old blob unread
 *   BREAK_INDEX_LOCK    index.lock is never made, nor looked for
 *   BREAK_TOKEN         whoever's the lease is, it is ours
 *   BREAK_PARITY_IDENT  the first $Id$ of a file alone is expanded (libgit2)
 *   BREAK_PARITY_TAGS   tags stay out
 *   BREAK_PARITY_STAT   the index that is left knows nothing of its new files
 *   BREAK_PARITY_GROUP  files are born in a folder like any other
 */
#include "git/blob.h"
#include "git/content.h"
#include "git/index.h"
#include "model/lease.h"
#include "pipeline/exec/accept.h"
#include "pipeline/exec/mirror.h"
#include "proc/host.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_linkat(int from, const char *name, int to, const char *path,
    int flags);
int __wrap_linkat(int from, const char *name, int to, const char *path,
    int flags);
int __real_renameat2(int from, const char *name, int to, const char *path,
    unsigned flags);
int __wrap_renameat2(int from, const char *name, int to, const char *path,
    unsigned flags);
int __real_blob_same(int dir, const char *name, const char *oid, unsigned mode,
    bool *same, struct err *err);
int __wrap_blob_same(int dir, const char *name, const char *oid, unsigned mode,
    bool *same, struct err *err);
int __real_accept_jobs(struct jobs *jobs, struct doc *doc,
    const struct state *state, struct err *err);
int __wrap_accept_jobs(struct jobs *jobs, struct doc *doc,
    const struct state *state, struct err *err);
const struct lease *__real_lease_find(const struct lease_table *table,
    const char *repo_key, const char *common_dir);
const struct lease *__wrap_lease_find(const struct lease_table *table,
    const char *repo_key, const char *common_dir);

int __real_content_write(struct content *content, const char *file,
    const char *folder, const struct buf *paths, struct err *err);
int __wrap_content_write(struct content *content, const char *file,
    const char *folder, const struct buf *paths, struct err *err);
void __real_moves_add(struct moves *moves, const char *name, const char *from,
    const char *to);
void __wrap_moves_add(struct moves *moves, const char *name, const char *from,
    const char *to);
int __real_index_stamp(int dir, const char *name,
    const struct index_file *files, size_t count, enum index_stamp how,
    struct err *err);
int __wrap_index_stamp(int dir, const char *name,
    const struct index_file *files, size_t count, enum index_stamp how,
    struct err *err);
int __real_mirror_folder(int like, int into, const char *name);
int __wrap_mirror_folder(int like, int into, const char *name);

int
__wrap_fsync(int fd)
{
	char link[64], path[4096] = "";
	struct stat st;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (readlink(link, path, sizeof(path) - 1) == -1 ||
	    fstat(fd, &st) == -1)
		return -1;
#ifdef BREAK_JOURNAL_SYNC
	if (strstr(path, "/journal") != NULL)
		return 0;
#endif
#ifdef BREAK_FOLDER_SYNC
	if (S_ISDIR(st.st_mode))
		return 0;
#endif
	return __real_fsync(fd);
}

int
__wrap_linkat(int from, const char *name, int to, const char *path, int flags)
{
#ifdef BREAK_INDEX_LOCK
	if (strcmp(path, "index.lock") == 0)
		return 0;
#endif
	return __real_linkat(from, name, to, path, flags);
}

#ifdef BREAK_EXCHANGE
/* A symlink by its name, a file by its bytes. */
static int
copy(int from, const char *name, int to, const char *path)
{
	char block[65536];
	struct stat st;
	ssize_t len;
	int in, out;

	in = openat(from, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (in == -1)
		return __real_linkat(from, name, to, path, 0);
	if (fstat(in, &st) == -1)
		return -1;
	out = openat(to, path, O_WRONLY | O_CREAT | O_CLOEXEC, st.st_mode);
	while ((len = read(in, block, sizeof(block))) > 0)
		if (write(out, block, (size_t)len) != len)
			return -1;
	close(in);

	return close(out);
}
#endif

int
__wrap_renameat2(int from, const char *name, int to, const char *path,
    unsigned flags)
{
#ifdef BREAK_EXCHANGE
	if (flags == RENAME_EXCHANGE && strcmp(name, "x") != 0)
		return copy(to, path, from, "old") == -1 ||
			       renameat(from, name, to, path) == -1
			   ? -1
			   : renameat(from, "old", from, name);
#endif
	return __real_renameat2(from, name, to, path, flags);
}

int
__wrap_blob_same(int dir, const char *name, const char *oid, unsigned mode,
    bool *same, struct err *err)
{
#ifdef BREAK_OUT_HASH
	if (strncmp(name, "n-", 2) == 0 || strncmp(name, "d-", 2) == 0) {
		*same = true;
		return 0;
	}
#endif
	return __real_blob_same(dir, name, oid, mode, same, err);
}

static struct jobs *all;

int
__wrap_accept_jobs(struct jobs *jobs, struct doc *doc,
    const struct state *state, struct err *err)
{
	all = jobs;

	return __real_accept_jobs(jobs, doc, state, err);
}

const struct lease *
__wrap_lease_find(const struct lease_table *table, const char *repo_key,
    const char *common_dir)
{
#ifdef BREAK_TOKEN
	static struct lease ours;
	static struct host_now now;
	struct err err;
	size_t i;

	(void)table;
	for (i = 0; i < all->count; i++)
		if (strcmp(all->list[i].apply.repo_key, repo_key) == 0 &&
		    host_now(&now, &err) == 0)
			ours = (struct lease){
				.repo_key = (char *)repo_key,
				.common_dir = (char *)common_dir,
				.token = all->list[i].apply.token,
				.cycle = (char *)all->list[i].apply.cycle,
				.expires_boot_ms = now.boot_ms + 1000,
				.boot_id = now.boot_id,
			};
	return &ours;
#else
	return __real_lease_find(table, repo_key, common_dir);
#endif
}

#ifdef BREAK_PARITY_IDENT
/* "$Id: 40 digits $" again as it is in the blob, but for the first one. */
static void
expand_first(const char *folder, const char *path)
{
	char name[8192], text[65536], *at;
	FILE *file;
	size_t len;

	snprintf(name, sizeof(name), "%s/%s", folder, path);
	file = fopen(name, "r+");
	if (file == NULL)
		return;
	len = fread(text, 1, sizeof(text) - 1, file);
	text[len] = '\0';
	at = strstr(text, "$Id: ");
	while (at != NULL && (at = strstr(at + 5, "$Id: ")) != NULL &&
	       strlen(at) >= 47) {
		memmove(at + 3, at + 46, len - (size_t)(at - text) - 45);
		len -= 43;
	}
	rewind(file);
	if (fwrite(text, 1, len, file) == len && fflush(file) == 0 &&
	    ftruncate(fileno(file), (off_t)len) == -1)
		perror(name);
	fclose(file);
}
#endif

int
__wrap_content_write(struct content *content, const char *file,
    const char *folder, const struct buf *paths, struct err *err)
{
	int rc = __real_content_write(content, file, folder, paths, err);
#ifdef BREAK_PARITY_IDENT
	const char *at = buf_text(paths), *end = at + paths->len;

	for (; at < end; at += strlen(at) + 1)
		expand_first(folder, at);
#endif

	return rc;
}

void
__wrap_moves_add(struct moves *moves, const char *name, const char *from,
    const char *to)
{
#ifdef BREAK_PARITY_TAGS
	if (strncmp(name, "refs/tags/", 10) == 0)
		return;
#endif
	__real_moves_add(moves, name, from, to);
}

int
__wrap_index_stamp(int dir, const char *name, const struct index_file *files,
    size_t count, enum index_stamp how, struct err *err)
{
#ifdef BREAK_PARITY_STAT
	count = 0;
#endif
	return __real_index_stamp(dir, name, files, count, how, err);
}

int
__wrap_mirror_folder(int like, int into, const char *name)
{
#ifdef BREAK_PARITY_GROUP
	like = into;
#endif
	return __real_mirror_folder(like, into, name);
}
