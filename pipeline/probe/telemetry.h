/*
 * telemetry - the two state files of resources
 *
 * runtime_resource_state.json: the class, its reason and since when.
 * runtime_resource_telemetry.json: the last 32 samples, oldest first, one a
 * minute at most unless the class changed. Truth of hermes-probe, but nothing
 * is decided by them: where one is damaged it begins anew.
 */
#ifndef PROBE_TELEMETRY_H
#define PROBE_TELEMETRY_H

#include "base/err.h"
#include "base/instant.h"
#include "resources.h"
#include "store/state.h"

int resources_keep(const struct resources *resources, const struct state *state,
    instant now, struct err *err);

#endif
