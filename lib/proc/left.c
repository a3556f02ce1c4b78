#include "proc/left.h"
#include "base/buf.h"
#include "proc/host.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <unistd.h>

#define ROUNDS 100             /* one that forks may outrun a few */
#define KILLED_WAIT_MS 1000    /* for what KILL has been sent to */
#define ENVIRON_MAX (1u << 20) /* all that is looked at of one */

/* /proc/PID/environ: what is not ours to read is empty. */
static void
read_environ(int pid, struct buf *out)
{
	char path[64], chunk[16384];
	ssize_t got;
	int fd;

	buf_reset(out);
	snprintf(path, sizeof(path), "/proc/%d/environ", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd != -1 && out->len < ENVIRON_MAX &&
	       (got = read(fd, chunk, sizeof(chunk))) > 0)
		buf_add(out, chunk, (size_t)got);
	if (fd != -1)
		close(fd);
}

static bool
has_entry(const struct buf *text, const char *entry)
{
	const char *at = buf_text(text), *end = at + text->len;

	for (; at < end; at += strnlen(at, (size_t)(end - at)) + 1)
		if (strcmp(at, entry) == 0)
			return true;

	return false;
}

static bool
has_all(int pid, const char *const *entries)
{
	struct buf text = { 0 };
	bool all;

	read_environ(pid, &text);
	for (all = text.len > 0; all && *entries != NULL; entries++)
		all = has_entry(&text, *entries);
	buf_clear(&text);

	return all;
}

/* Its parent, 0 where there is none; `name` is its own. */
static int
parent_of(int pid, char name[32])
{
	char path[64], text[512], *end;
	int parent = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (host_file(path, text, sizeof(text)) == -1 ||
	    sscanf(text, "%*d (%31[^)]", name) != 1)
		return 0;
	end = strrchr(text, ')');

	return end != NULL && sscanf(end, ") %*c %d", &parent) == 1 ? parent
								    : 0;
}

static bool
is_looked_after(int pid)
{
	char ours[32] = "", name[32] = "";

	prctl(PR_GET_NAME, ours);
	while (pid > 1 && strcmp(name, ours) != 0)
		pid = parent_of(pid, name);

	return *ours != '\0' && strcmp(name, ours) == 0;
}

/* Looked at again through a descriptor: its number may be another's by now. */
static bool
kill_one(int pid, const char *const *entries)
{
	struct pollfd ended = { pidfd_open(pid, 0), POLLIN, 0 };
	bool killed;

	if (ended.fd == -1)
		return false;
	killed = has_all(pid, entries) && !is_looked_after(pid) &&
		 pidfd_send_signal(ended.fd, SIGKILL, NULL, 0) == 0;
	if (killed)
		poll(&ended, 1, KILLED_WAIT_MS);
	close(ended.fd);

	return killed;
}

static bool
kill_round(const char *const *entries)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	bool any = false;
	int pid;

	while (proc != NULL && (entry = readdir(proc)) != NULL) {
		pid = atoi(entry->d_name);
		if (pid > 0 && pid != getpid() && has_all(pid, entries))
			any = kill_one(pid, entries) || any;
	}
	if (proc != NULL)
		closedir(proc);

	return any;
}

void
left_kill(const char *const *entries)
{
	int round = 0;

	while (kill_round(entries) && round++ < ROUNDS)
		continue;
}
