/*
 * circles - repositories that need each other, so that none can be first
 *
 * A fleet that has them is sound, and its other repositories are upgraded;
 * these never are (A1). Who wrote it wants to know.
 */
#ifndef PROBE_CIRCLES_H
#define PROBE_CIRCLES_H

#include "model/fleet.h"
#include <stddef.h>

/* Say a line for each, with its members; `place` names the fleet. Returns
 * how many there are. */
size_t circles_tell(const struct fleet *fleet, const char *place,
    void (*say)(const char *text));

#endif
