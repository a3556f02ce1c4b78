/*
 * desk - where workers may ask git (git/edits.h)
 *
 * A folder for each repository, made by its worker when it has a question and
 * gone when that has its answer: in the staging folder, by a name that no key
 * has; where there is none, below TMPDIR, by a name that nobody can know.
 */
#ifndef PROBE_DESK_H
#define PROBE_DESK_H

#include "probe.h"

/* Choose them, and remove those of probes that died. `staging` may be NULL.
 * The caller's. */
char *desk_choose(const char *staging);

/* That of a repository; the caller's. */
char *desk_of(const struct probe *probe, size_t i);

/* Its worker is gone, and left it perhaps. */
void desk_drop(const struct probe *probe, size_t i);

#endif
