#include "proc/reap.h"
#include "base/alloc.h"
#include "proc/host.h"
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define KILLED_WAIT_MS 1000 /* for what KILL has been sent to */
#define ORPHAN_ROUNDS 1000

bool
reap_wait(pid_t pid, int64_t wait_ms, int *status)
{
	int64_t until = host_monotonic_ms() + wait_ms, left;
	struct pollfd poll_fd = { -1, POLLIN, 0 };
	pid_t got;

	while ((got = waitpid(pid, status, WNOHANG)) == 0) {
		if ((left = until - host_monotonic_ms()) <= 0)
			break;
		if (poll_fd.fd == -1)
			poll_fd.fd = pidfd_open(pid, 0);
		/* without a pidfd: look again every millisecond */
		poll(&poll_fd, 1, poll_fd.fd == -1 ? 1 : (int)left);
	}
	if (poll_fd.fd != -1)
		close(poll_fd.fd);

	return got != 0;
}

bool
reap_group(pid_t pid, int *status)
{
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL); /* where it does not lead one yet */

	return reap_wait(pid, KILLED_WAIT_MS, status);
}

static void
kid_add(struct reap *list, size_t *cap, pid_t pid)
{
	list->kids =
	    xgrow(list->kids, list->kid_count, cap, sizeof(*list->kids));
	list->kids[list->kid_count++] = pid;
}

/* For kernels without CONFIG_PROC_CHILDREN: everybody's parent. */
static void
kids_by_scan(struct reap *list)
{
	char path[64], text[512], *at;
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	size_t cap = 0;
	pid_t pid;
	int parent;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if ((pid = (pid_t)atoi(entry->d_name)) <= 0)
			continue;
		snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
		if (host_file(path, text, sizeof(text)) == -1)
			continue;
		at = strrchr(text, ')');
		if (at != NULL && sscanf(at, ") %*c %d", &parent) == 1 &&
		    parent == getpid())
			kid_add(list, &cap, pid);
	}
	if (dir != NULL)
		closedir(dir);
}

static bool
kids_none(void)
{
	siginfo_t info;

	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == -1 &&
	       errno == ECHILD;
}

static void
kids_list(struct reap *list)
{
	FILE *file;
	size_t cap = 0;
	int pid;

	list->kids = NULL;
	list->kid_count = 0;
	if (kids_none())
		return;
	if ((file = fopen("/proc/thread-self/children", "re")) == NULL) {
		kids_by_scan(list);
		return;
	}
	while (fscanf(file, "%d", &pid) == 1)
		kid_add(list, &cap, pid);
	fclose(file);
}

static bool
kid_known(const struct reap *reap, pid_t pid)
{
	size_t i;

	for (i = 0; i < reap->kid_count; i++)
		if (reap->kids[i] == pid)
			return true;

	return false;
}

void
reap_adopt(struct reap *reap)
{
	reap->subreaper = 0;
	prctl(PR_GET_CHILD_SUBREAPER, &reap->subreaper);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	kids_list(reap);
}

/* How many there were to kill; killing them may make more of them ours. */
static size_t
orphans_kill(const struct reap *reap)
{
	struct reap now = { 0 };
	size_t i, count = 0;
	int status;

	kids_list(&now);
	for (i = 0; i < now.kid_count; i++)
		if (!kid_known(reap, now.kids[i])) {
			kill(now.kids[i], SIGKILL);
			count++;
		}
	for (i = 0; i < now.kid_count; i++)
		if (!kid_known(reap, now.kids[i]))
			reap_wait(now.kids[i], KILLED_WAIT_MS, &status);
	free(now.kids);

	return count;
}

void
reap_orphans(struct reap *reap)
{
	int round = 0;

	while (orphans_kill(reap) > 0 && round++ < ORPHAN_ROUNDS)
		continue;
	prctl(PR_SET_CHILD_SUBREAPER, reap->subreaper);
	free(reap->kids);
	*reap = (struct reap){ 0 };
}
