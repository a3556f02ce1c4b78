#include "desk.h"
#include "base/alloc.h"
#include "plumbing/scratch.h"
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define NAME "look~" /* no key has a tilde */

/* "look~PID~..." of a process that is not: its probe was killed. */
static void
remove_dead(const char *staging)
{
	DIR *dir = opendir(staging);
	struct dirent *entry;
	char *path;
	long pid;

	while (dir && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, NAME, strlen(NAME)) != 0)
			continue;
		pid = strtol(entry->d_name + strlen(NAME), NULL, 10);
		if (pid != getpid() &&
		    (pid <= 0 || kill((pid_t)pid, 0) == 0 || errno != ESRCH))
			continue;
		path = xasprintf("%s/%s", staging, entry->d_name);
		scratch_remove(path);
		free(path);
	}
	if (dir)
		closedir(dir);
}

char *
desk_choose(const char *staging)
{
	const char *set = getenv("TMPDIR");
	char *folder = NULL, *path;
	uint64_t secret = 0;

	if (staging) {
		remove_dead(staging);
		return xasprintf("%s/" NAME "%d", staging, (int)getpid());
	}
	if (set && *set == '/')
		folder = realpath(set, NULL);
	if (getrandom(&secret, sizeof(secret), 0) == -1)
		secret = 0; /* a folder that is there already is not taken */
	path = xasprintf("%s/hermes-" NAME "%d~%016" PRIx64,
	    folder ? folder : "/tmp", (int)getpid(), secret);
	free(folder);

	return path;
}

char *
desk_of(const struct probe *probe, size_t i)
{
	return xasprintf("%s~%zu", probe->desk, i);
}

void
desk_drop(const struct probe *probe, size_t i)
{
	char *path = desk_of(probe, i);

	scratch_remove(path);
	free(path);
}
