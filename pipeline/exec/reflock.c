#include "reflock.h"
#include "base/alloc.h"
#include "folder.h"
#include "git/refs.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
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

/* Its inode, where the lock's bytes could be ours; else 0. */
static ino_t
ours(const struct apply *apply, const char *lock)
{
	char text[OID_SIZE + 8];
	const char *name;
	struct stat st;
	ssize_t len = -1;
	int fd, file;

	fd = folder_parent(apply->common_fd, lock, &name);
	if (fd == -1)
		return 0;
	file = openat(fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	close(fd);
	if (file == -1)
		return 0;
	if (fstat(file, &st) == 0 && S_ISREG(st.st_mode))
		len = read(file, text, sizeof(text));
	close(file);
	if (len < 0 || (!begins(text, (size_t)len, apply->after) &&
			   !begins(text, (size_t)len, apply->before)))
		return 0;

	return st.st_ino;
}

static void
clear_one(struct apply *apply, const char *ref)
{
	struct timespec moment = { 0, MOMENT_NS };
	char *lock;
	ino_t inode;

	if (ref == NULL)
		return;
	lock = xasprintf("%s.lock", ref);
	inode = ours(apply, lock);
	if (inode != 0) {
		nanosleep(&moment, NULL);
		if (ours(apply, lock) == inode)
			unlinkat(apply->common_fd, lock, 0);
	}
	free(lock);
}

void
reflock_clear(struct apply *apply)
{
	clear_one(apply, apply->ref);
	clear_one(apply, apply->rollback_ref);
	clear_one(apply, apply->tracking);
	ref_tidy(refs_store(apply->target));
}
