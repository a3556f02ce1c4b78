/*
 * health - how the remotes have been, and what is new about it
 *
 * remote_health.json is the probe's own memory of every URL that it asked:
 * class, since when, and how often in a row it answered or did not; and of
 * every host that breaker.h does not let be asked. Only
 * what changed is news; while this machine is offline nothing is counted
 * (B4).
 */
#ifndef PROBE_HEALTH_H
#define PROBE_HEALTH_H

#include "base/err.h"
#include "json/doc.h"
#include "probe.h"
#include "store/state.h"

/*
 * Compare with memory: events remote.degraded, remote.recovered and
 * host.offline; and the new file, where `state` is given.
 */
int health_note(struct doc *doc, const struct probe *probe,
    const struct state *state, struct err *err);

#endif
