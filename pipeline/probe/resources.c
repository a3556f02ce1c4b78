#include "resources.h"
#include "proc/host.h"
#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define MIB (INT64_C(1) << 20)
#define MEMORY_MUCH (4096 * MIB) /* more than this is not counted */
#define NEVER (-1)

/*
 * From where on, or below where, a figure means low, high and critical. Work
 * alone (processors, disks) is never critical: it ends by itself.
 */
static const struct row {
	const char *name;
	bool below; /* the less the worse */
	int64_t from[3];
} rows[RESOURCES_FIGURE_COUNT] = {
	[RESOURCES_PSI_CPU] = { "psi_cpu_permille", false,
	    { 800, 950, NEVER } },
	[RESOURCES_PSI_MEMORY] = { "psi_memory_permille", false,
	    { 50, 200, 500 } },
	[RESOURCES_PSI_IO] = { "psi_io_permille", false, { 400, 800, NEVER } },
	[RESOURCES_LOAD] = { "load_permille", false, { 2000, 6000, NEVER } },
	[RESOURCES_MEM_AVAILABLE] = { "mem_available_bytes", true,
	    { NEVER, NEVER, NEVER } },
	[RESOURCES_MEM_PERMILLE] = { "mem_available_permille", true,
	    { 125, 62, 16 } },
	[RESOURCES_FREE_BYTES] = { "free_bytes", true,
	    { 1024 * MIB, 256 * MIB, 64 * MIB } },
	[RESOURCES_FREE_INODES] = { "free_inode_count", true,
	    { 10000, 2000, 200 } },
	[RESOURCES_BATTERY] = { "battery_percent", true, { 30, 15, 7 } },
};

static const char *const classes[] = { "none", "low", "high", "critical" };

const char *resources_class_name(enum resources_class class)
{
	return classes[class];
}

static ssize_t
kernel_file(const char *root, const char *name, char *out, size_t size)
{
	char path[512];

	snprintf(path, sizeof(path), "%s%s", root, name);

	return host_file(path, out, size);
}

/* "12.34" behind `key` within `text` times `scale`; -1 where it is not. */
static int64_t
decimal_after(const char *text, const char *key, int64_t scale)
{
	const char *at = strstr(text, key);
	int64_t whole;
	char *end;

	if (at == NULL)
		return -1;
	whole = strtoll(at + strlen(key), &end, 10);
	if (*end != '.')
		return whole * scale;

	return whole * scale + strtoll(end + 1, NULL, 10) * scale / 100;
}

/* The last minute of the line `line` ("some", "full"). */
static int64_t
psi_permille(const char *root, const char *name, const char *line)
{
	char text[512];
	const char *at;

	if (kernel_file(root, name, text, sizeof(text)) == -1 ||
	    (at = strstr(text, line)) == NULL)
		return -1;

	return decimal_after(at, "avg60=", 10);
}

static void
load_read(struct resources *resources, const char *root)
{
	char text[128];
	long count = sysconf(_SC_NPROCESSORS_ONLN);

	if (kernel_file(root, "/proc/loadavg", text, sizeof(text)) > 0)
		resources->figures[RESOURCES_LOAD] =
		    decimal_after(text, "", 1000) / (count < 1 ? 1 : count);
}

static void
memory_read(struct resources *resources, const char *root)
{
	char text[4096];
	int64_t total, available;

	if (kernel_file(root, "/proc/meminfo", text, sizeof(text)) == -1)
		return;
	total = decimal_after(text, "MemTotal:", 1024);
	available = decimal_after(text, "MemAvailable:", 1024);
	if (total <= 0 || available < 0)
		return;
	if (total > MEMORY_MUCH)
		total = MEMORY_MUCH;
	resources->figures[RESOURCES_MEM_AVAILABLE] = available;
	resources->figures[RESOURCES_MEM_PERMILLE] =
	    available >= total ? 1000 : available * 1000 / total;
}

static int64_t
at_most(uint64_t number, int64_t most)
{
	return number > (uint64_t)most ? most : (int64_t)number;
}

static void
space_read(struct resources *resources, const char *path)
{
	struct statvfs fs;

	if (path == NULL || statvfs(path, &fs) == -1)
		return;
	resources->figures[RESOURCES_FREE_BYTES] =
	    at_most(fs.f_bavail, JSON_INT_MAX / (int64_t)fs.f_frsize) *
	    (int64_t)fs.f_frsize;
	if (fs.f_files > 0) /* btrfs counts none */
		resources->figures[RESOURCES_FREE_INODES] =
		    at_most(fs.f_favail, JSON_INT_MAX);
}

static bool
supply_is(const char *root, const char *name, const char *file,
    const char *wanted)
{
	char path[512], text[64];

	snprintf(path, sizeof(path), "/sys/class/power_supply/%s/%s", name,
	    file);

	return kernel_file(root, path, text, sizeof(text)) > 0 &&
	       strncmp(text, wanted, strlen(wanted)) == 0;
}

/* The emptiest battery that is being emptied. */
static void
battery_read(struct resources *resources, const char *root)
{
	int64_t *least = &resources->figures[RESOURCES_BATTERY], percent;
	char path[512], text[64];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/sys/class/power_supply", root);
	if ((dir = opendir(path)) == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		if (!supply_is(root, entry->d_name, "type", "Battery") ||
		    !supply_is(root, entry->d_name, "status", "Discharging"))
			continue;
		snprintf(path, sizeof(path),
		    "/sys/class/power_supply/%s/capacity", entry->d_name);
		if (kernel_file(root, path, text, sizeof(text)) <= 0)
			continue;
		percent = strtoll(text, NULL, 10);
		if (*least == -1 || percent < *least)
			*least = percent;
	}
	closedir(dir);
}

void
resources_read(struct resources *resources, const char *root, const char *path)
{
	int i;

	*resources = (struct resources){ 0 };
	for (i = 0; i < RESOURCES_FIGURE_COUNT; i++)
		resources->figures[i] = -1;
	resources->figures[RESOURCES_PSI_CPU] =
	    psi_permille(root, "/proc/pressure/cpu", "some");
	resources->figures[RESOURCES_PSI_MEMORY] =
	    psi_permille(root, "/proc/pressure/memory", "full");
	resources->figures[RESOURCES_PSI_IO] =
	    psi_permille(root, "/proc/pressure/io", "full");
	load_read(resources, root);
	memory_read(resources, root);
	space_read(resources, path);
	battery_read(resources, root);
}

/* Is the figure past `from`, which is eased by a fifth where it is held? */
static bool
is_past(const struct row *row, int64_t figure, int64_t from, bool held)
{
	if (from == NEVER || figure == -1)
		return false;
	if (row->below)
		return figure < (held ? from + from / 5 : from);

	return figure >= (held ? from - from / 5 : from);
}

/* The worst class that a figure of `resources` is in, and which figure. */
static int
worst(const struct resources *resources, bool held, int *which)
{
	int i, class, most = RESOURCES_NONE;

	for (i = 0; i < RESOURCES_FIGURE_COUNT; i++) {
		/* the load says less than the pressure does */
		if (i == RESOURCES_LOAD &&
		    resources->figures[RESOURCES_PSI_CPU] != -1)
			continue;
		for (class = RESOURCES_CRITICAL; class > most; class --)
			if (is_past(&rows[i], resources->figures[i],
				rows[i].from[class - 1], held)) {
				most = class;
				*which = i;
			}
	}

	return most;
}

void
resources_classify(struct resources *resources, const char *before)
{
	int last = RESOURCES_CRITICAL, held, which = 0, why = 0;
	int class = worst(resources, false, &which);

	while (last > 0 && (before == NULL || strcmp(classes[last], before)))
		last--;
	held = worst(resources, true, &why);
	if (held > last)
		held = last;
	if (held > class) {
		class = held;
		which = why;
	}
	resources->class = (enum resources_class) class;
	resources->reason[0] = '\0';
	if (class != RESOURCES_NONE)
		snprintf(resources->reason, sizeof(resources->reason),
		    "%s %s %" PRId64, rows[which].name,
		    rows[which].below ? "below" : "at least",
		    rows[which].from[class - 1]);
}

static const char *
reason(const struct resources *resources)
{
	return resources->class == RESOURCES_NONE ? NULL : resources->reason;
}

static void
figures_write(const struct resources *resources, struct jw *jw)
{
	int i;

	for (i = 0; i < RESOURCES_FIGURE_COUNT; i++)
		if (resources->figures[i] == -1)
			jw_null(jw, rows[i].name);
		else
			jw_int(jw, rows[i].name, resources->figures[i]);
}

void
resources_write(const struct resources *resources, const char *name,
    struct jw *jw)
{
	jw_object(jw, name);
	jw_text(jw, "class", classes[resources->class]);
	jw_text(jw, "reason", reason(resources));
	jw_object(jw, "samples");
	figures_write(resources, jw);
	jw_end(jw);
	jw_end(jw);
}

void
resources_sample(const struct resources *resources, instant now, struct jw *jw)
{
	jw_object(jw, NULL);
	jw_instant(jw, "at", now);
	jw_text(jw, "class", classes[resources->class]);
	figures_write(resources, jw);
	jw_end(jw);
}
