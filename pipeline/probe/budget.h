/*
 * budget - how much of one host is used at once
 *
 * git daemon's backlog is 5, and 128 connections were 16 times slower than
 * 32: the policy caps them for each host.
 */
#ifndef PROBE_BUDGET_H
#define PROBE_BUDGET_H

#include "base/map.h"
#include "model/policy.h"
#include "proc/pool.h"
#include <stddef.h>

struct budget {
	const struct policy *policy; /* borrowed */
	struct map hosts;            /* host -> struct budget_host */
	struct budget_host **items;  /* owned */
	size_t count, cap;
};

/* `host` NULL has no bounds. Hosts are borrowed until budget_clear(). */
enum pool_ready budget_ready(struct budget *budget, const char *host);
void budget_take(struct budget *budget, const char *host);
void budget_give(struct budget *budget, const char *host);
void budget_clear(struct budget *budget);

#endif
