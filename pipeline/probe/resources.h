/*
 * resources - is this machine fit to work now (B7)
 *
 * Pressure stall (/proc/pressure), load, available memory, free space and
 * inodes, battery: read, and classed none, low, high or critical with the
 * reason. A class is left only when the figure is a fifth better than what
 * led into it, so that it does not flap. Work on the processors alone never
 * makes more than "high": only memory, space and battery stop a cycle.
 */
#ifndef PROBE_RESOURCES_H
#define PROBE_RESOURCES_H

#include "base/instant.h"
#include "json/jw.h"
#include <stdint.h>

enum resources_class {
	RESOURCES_NONE,
	RESOURCES_LOW,
	RESOURCES_HIGH,
	RESOURCES_CRITICAL
};

enum resources_figure {
	RESOURCES_PSI_CPU,    /* permille of the last minute */
	RESOURCES_PSI_MEMORY, /* all tasks stalled, likewise */
	RESOURCES_PSI_IO,     /* likewise */
	RESOURCES_LOAD,       /* permille of one task per processor */
	RESOURCES_MEM_AVAILABLE,
	RESOURCES_MEM_PERMILLE, /* of all memory, at most 4 GiB */
	RESOURCES_FREE_BYTES,   /* where STATE is */
	RESOURCES_FREE_INODES,
	RESOURCES_BATTERY, /* percent, while discharging */
	RESOURCES_FIGURE_COUNT
};

struct resources {
	enum resources_class class;
	char reason[128];                        /* empty for "none" */
	int64_t figures[RESOURCES_FIGURE_COUNT]; /* -1: not known here */
};

/*
 * Read the figures. `root` stands before /proc and /sys ("" but in tests);
 * space is measured at `path` (NULL: not measured). What is absent is -1.
 */
void resources_read(struct resources *resources, const char *root,
    const char *path);

/*
 * Class them, given the class before: "none", "low" ...; NULL: none. The
 * reason names the figure and the threshold, not the figure's value, so that
 * it stays the same while the class does.
 */
void resources_classify(struct resources *resources, const char *before);

const char *resources_class_name(enum resources_class class);

/* The document's probe.resources: {class, reason, samples}. */
void resources_write(const struct resources *resources, const char *name,
    struct jw *jw);

/* One element of the telemetry's samples (telemetry.h). */
void resources_sample(const struct resources *resources, instant now,
    struct jw *jw);

#endif
