/*
 * stage_cycle - open a document: stamp it with this host and its clocks
 */
#ifndef STAGE_CYCLE_H
#define STAGE_CYCLE_H

#include "json/doc.h"

/*
 * Set the document's "cycle" (model/cycle.h). `real_at` is the argument of
 * -t, an instant, or NULL for the clock: EX_USAGE where it is none. `id` is
 * the cycle that this speaks for, or NULL for a new one.
 */
int stage_cycle(struct doc *doc, const char *real_at, const char *id,
    struct err *err);

#endif
