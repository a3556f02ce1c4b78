#include "model/event_types.h"
#include <stdlib.h>
#include <string.h>

const char *const event_types[] = {
	"hermes.apply.committed",
	"hermes.apply.recovered",
	"hermes.apply.refused",
	"hermes.apply.rolled-back",
	"hermes.apply.started",
	"hermes.check.failed",
	"hermes.check.passed",
	"hermes.commit.cleared",
	"hermes.cycle.failed",
	"hermes.cycle.finished",
	"hermes.cycle.recovered",
	"hermes.cycle.started",
	"hermes.federation.demoted",
	"hermes.federation.promoted",
	"hermes.gate.passed",
	"hermes.gate.refused",
	"hermes.hold.cleared",
	"hermes.hold.set",
	"hermes.host.offline",
	"hermes.job.finished",
	"hermes.job.refused",
	"hermes.job.skipped",
	"hermes.job.started",
	"hermes.lease.broken",
	"hermes.lease.denied",
	"hermes.lease.granted",
	"hermes.lease.released",
	"hermes.lease.taken-over",
	"hermes.ledger.repaired",
	"hermes.plan.decided",
	"hermes.pressure.changed",
	"hermes.remote.degraded",
	"hermes.remote.recovered",
	"hermes.repo.changed",
	"hermes.repo.retired",
	"hermes.rollback.blocked",
	"hermes.upstream.moved",
	NULL,
};

static int
compare(const void *key, const void *element)
{
	return strcmp(key, *(const char *const *)element);
}

bool
event_type_known(const char *type)
{
	size_t count = sizeof(event_types) / sizeof(*event_types) - 1;

	return bsearch(type, event_types, count, sizeof(*event_types),
		   compare) != NULL;
}
