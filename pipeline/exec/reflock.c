#include "reflock.h"
#include "base/alloc.h"
#include "folder.h"
#include "git/refs.h"
#include "store/below.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MOMENT_NS 200000000L

static bool
begins(const char *text, size_t len, const char *oid)
{
	char line[OID_SIZE + 1];

	memcpy(line, oid, OID_SIZE - 1);
	line[OID_SIZE - 1] = '\n';

	return len <= OID_SIZE && memcmp(line, text, len) == 0;
}

/* A lock, and what was to become of its ref. */
struct stale {
	int folder;
	char *lock; /* owned; below it */
	const char *one, *other;
};

/* Its inode, where the lock's bytes could be ours; else 0. */
static ino_t
ours(const struct stale *stale)
{
	char text[OID_SIZE + 8];
	struct stat st;
	ssize_t len = -1;
	int fd = below_file(stale->folder, stale->lock, O_RDONLY, 0);

	if (fd == -1)
		return 0;
	if (fstat(fd, &st) == 0)
		len = read(fd, text, sizeof(text));
	close(fd);
	if (len < 0 || (!begins(text, (size_t)len, stale->one) &&
			   !begins(text, (size_t)len, stale->other)))
		return 0;

	return st.st_ino;
}

static void
drop(const struct stale *stale)
{
	const char *name;
	int fd = folder_parent(stale->folder, stale->lock, &name);

	if (fd != -1)
		below_done(fd, unlinkat(fd, name, 0));
}

static void
clear_one(struct apply *apply, const char *ref, const char *one,
    const char *other)
{
	const struct stale stale = {
		.folder = ref_store_folder(refs_store(apply->target), ref),
		.lock = xasprintf("%s.lock", ref),
		.one = one,
		.other = other,
	};
	struct timespec moment = { 0, MOMENT_NS };
	ino_t inode = ours(&stale);

	if (inode != 0) {
		nanosleep(&moment, NULL);
		if (ours(&stale) == inode)
			drop(&stale);
	}
	free(stale.lock);
}

void
reflock_clear(struct apply *apply)
{
	const struct move *move = apply->moves.list;
	size_t i;

	clear_one(apply, apply->ref, apply->before, apply->after);
	clear_one(apply, apply->rollback_ref, apply->before, apply->before);
	for (i = 0; i < apply->moves.count; i++, move++)
		clear_one(apply, move->name, move->from, move->to);
	ref_tidy(refs_store(apply->target));
}
