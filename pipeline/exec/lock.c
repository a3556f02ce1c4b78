#include "lock.h"
#include "folder.h"
#include <errno.h>
#include <time.h>
#include <unistd.h>

#define LOCK_WAITS 50
#define LOCK_WAIT_NS 100000000L

bool
lock_held(const struct apply *apply)
{
	return folder_same(apply->token_fd, "lock", apply->git_fd,
	    "index.lock");
}

int
lock_take(struct apply *apply)
{
	struct timespec pause = { 0, LOCK_WAIT_NS };
	int i;

	if (apply_refs_only(apply) || lock_held(apply))
		return 0;
	for (i = 0; i < LOCK_WAITS; i++) {
		if (linkat(apply->token_fd, "lock", apply->git_fd, "index.lock",
			0) == 0)
			return 0;
		if (errno != EEXIST)
			return -1;
		nanosleep(&pause, NULL);
	}

	return -1;
}

int
lock_drop(struct apply *apply)
{
	if (apply_refs_only(apply) || !lock_held(apply))
		return 0;

	return unlinkat(apply->git_fd, "index.lock", 0);
}
