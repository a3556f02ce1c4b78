#include "proc/host.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int64_t
clock_ms(clockid_t clock)
{
	struct timespec ts = { 0 };

	clock_gettime(clock, &ts);

	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

ssize_t
host_file(const char *path, char *out, size_t size)
{
	size_t len = 0;
	ssize_t got = 0;
	int fd;

	out[0] = '\0';
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return -1;
	while (len < size - 1) {
		got = read(fd, out + len, size - 1 - len);
		if (got == -1 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		len += (size_t)got;
	}
	out[len] = '\0';
	close(fd);

	return got == -1 ? -1 : (ssize_t)len;
}

int
host_now(struct host_now *now, struct err *err)
{
	static const char path[] = "/proc/sys/kernel/random/boot_id";

	if (host_file(path, now->boot_id, sizeof(now->boot_id)) == -1)
		return err_sys(err, EX_UNAVAILABLE, "%s", path);
	now->boot_id[strcspn(now->boot_id, "\n")] = '\0';
	if (strlen(now->boot_id) != HOST_BOOT_ID_SIZE - 1)
		return err_set(err, EX_UNAVAILABLE,
		    "%s: expected an id of 36 characters", path);
	now->real_at = clock_ms(CLOCK_REALTIME);
	now->boot_ms = clock_ms(CLOCK_BOOTTIME);

	return 0;
}

int
host_name(char out[HOST_NAME_SIZE], struct err *err)
{
	if (gethostname(out, HOST_NAME_SIZE) == -1)
		return err_sys(err, EX_UNAVAILABLE, "host name");
	out[HOST_NAME_SIZE - 1] = '\0';
	if (out[0] == '\0')
		return err_set(err, EX_UNAVAILABLE, "host name: empty");

	return 0;
}

int64_t
host_process_start(pid_t pid)
{
	char path[64], text[1024];
	char *at;
	int field;

	snprintf(path, sizeof(path), "/proc/%jd/stat", (intmax_t)pid);
	if (pid <= 0 || host_file(path, text, sizeof(text)) == -1)
		return 0;
	/* the name in field 2 may hold anything, ")" included */
	if ((at = strrchr(text, ')')) == NULL)
		return 0;
	if (strncmp(at, ") Z", 3) == 0 || strncmp(at, ") X", 3) == 0)
		return 0;
	for (field = 2; field < 22 && at != NULL; field++)
		at = strchr(at + 1, ' ');

	return at == NULL ? 0 : strtoll(at, NULL, 10);
}

int64_t
host_monotonic_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}
