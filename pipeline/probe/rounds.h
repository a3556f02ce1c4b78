/*
 * rounds - all repositories through the workers, as often as needed
 *
 * Round one looks at all of them; most have their answer then. URLs that
 * were wanted are listed, once each, and who wanted them goes again with the
 * listings known. A failed member makes others wanted; each round lists what
 * no round before has listed, so they end.
 */
#ifndef PROBE_ROUNDS_H
#define PROBE_ROUNDS_H

#include "base/err.h"
#include "probe.h"

/* Fill probe->repos and probe->listings. */
int rounds_run(struct probe *probe, struct err *err);

#endif
