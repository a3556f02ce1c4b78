#include "proc/holder.h"
#include "proc/host.h"
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
has_open(int pid, const struct stat *file)
{
	char path[64];
	struct dirent *entry;
	struct stat info;
	bool found = false;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	if (!(dir = opendir(path)))
		return false;
	while (!found && (entry = readdir(dir)))
		found = entry->d_name[0] != '.' &&
			fstatat(dirfd(dir), entry->d_name, &info, 0) == 0 &&
			info.st_dev == file->st_dev &&
			info.st_ino == file->st_ino;
	closedir(dir);

	return found;
}

static bool
works_in(int pid, const char *folder)
{
	char path[64], cwd[PATH_MAX];
	size_t len = strlen(folder);
	ssize_t got;

	snprintf(path, sizeof(path), "/proc/%d/cwd", pid);
	got = readlink(path, cwd, sizeof(cwd) - 1);
	if (got < (ssize_t)len)
		return false;
	cwd[got] = '\0';

	return strncmp(cwd, folder, len) == 0 &&
	       (cwd[len] == '\0' || cwd[len] == '/');
}

static void
read_name(int pid, char *out, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	if (host_file(path, out, size) == -1)
		*out = '\0';
	out[strcspn(out, "\n")] = '\0';
}

bool
holder_find(struct holder *holder, const char *path, const char *name,
    const char *folder)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	struct stat file;
	char comm[sizeof(holder->name)];
	int pid;

	*holder = (struct holder){ 0 };
	if (!proc || lstat(path, &file) == -1) {
		if (proc)
			closedir(proc);
		return false;
	}
	while (!holder->open && (entry = readdir(proc))) {
		pid = atoi(entry->d_name);
		if (pid <= 0 || pid == getpid())
			continue;
		read_name(pid, comm, sizeof(comm));
		holder->open = has_open(pid, &file);
		if (holder->open ||
		    (holder->pid == 0 && strcmp(comm, name) == 0 &&
			works_in(pid, folder))) {
			holder->pid = pid;
			memcpy(holder->name, comm, sizeof(comm));
		}
	}
	closedir(proc);

	return holder->pid != 0;
}
