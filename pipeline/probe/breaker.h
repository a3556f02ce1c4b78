/*
 * breaker - which hosts are not to be asked (now)
 *
 * A host that does not answer costs a deadline for every URL of it, and one
 * that says "come back later" means it. Both are remembered from one probe to
 * the next, as "hosts" of remote_health.json.
 *
 *   K1  a host that timed out BREAKER_COUNT times in this probe, and did not
 *       answer between, is broken: the rest of its URLs fail at once, as
 *       `timeout`; after the first time they wait for those that are under way
 *   K2  a host that is remembered as broken is asked for one URL first; the
 *       rest waits for that answer, and fails at once where none comes
 *   K3  a host that said when to come back is frozen until then, a day at
 *       most: its URLs fail at once, as `rate-limited`
 */
#ifndef PROBE_BREAKER_H
#define PROBE_BREAKER_H

#include "base/instant.h"
#include "base/map.h"
#include "json/jw.h"
#include "json/value.h"
#include "proc/pool.h"
#include <stddef.h>

#define BREAKER_COUNT 2

struct breaker {
	instant now;
	struct map hosts;            /* name -> struct breaker_host */
	struct breaker_host **items; /* owned */
	size_t count, cap;
};

/* What `health`, memory.remote_health or NULL, remembers. */
void breaker_begin(struct breaker *breaker, const struct json *health,
    instant now);

/* May a URL of `host` be asked? NULL always may. */
enum pool_ready breaker_ready(const struct breaker *breaker, const char *host);

/* One is asked; one is not any more. */
void breaker_take(struct breaker *breaker, const char *host);
void breaker_give(struct breaker *breaker, const char *host);

/* One ended with this class, and was asked to wait so long (0: was not). */
void breaker_note(struct breaker *breaker, const char *host, const char *class,
    int64_t retry_after_ms);

/* Why one that may not be asked fails: a class, static; and the caller's
 * detail. */
const char *breaker_why(const struct breaker *breaker, const char *host,
    char **detail);

/* The array "hosts", those that are broken or frozen, sorted by host. */
void breaker_write(const struct breaker *breaker, struct jw *jw);
void breaker_clear(struct breaker *breaker);

#endif
