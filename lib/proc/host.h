/*
 * host - this machine now: its clocks, its name, its processes
 */
#ifndef PROC_HOST_H
#define PROC_HOST_H

#include "base/err.h"
#include "base/instant.h"
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define HOST_BOOT_ID_SIZE 37
#define HOST_NAME_SIZE 256

struct host_now {
	instant real_at;                 /* CLOCK_REALTIME */
	int64_t boot_ms;                 /* CLOCK_BOOTTIME */
	char boot_id[HOST_BOOT_ID_SIZE]; /* /proc/sys/kernel/random/boot_id */
};

int host_now(struct host_now *now, struct err *err);
int host_name(char out[HOST_NAME_SIZE], struct err *err);

/* A process's start time in clock ticks since boot (proc(5), field 22), or
 * 0 where it does not exist (a zombie no longer does): pid and start name a
 * process for good. */
int64_t host_process_start(pid_t pid);

/*
 * A small file of the kernel's (/proc, /sys) as text, cut to size - 1 bytes.
 * The bytes read, or -1 and errno; `out` always ends in a NUL.
 */
ssize_t host_file(const char *path, char *out, size_t size);

/* Milliseconds of CLOCK_MONOTONIC, for durations. */
int64_t host_monotonic_ms(void);

#endif
