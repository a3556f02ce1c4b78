#include "budget.h"
#include "base/alloc.h"
#include <stdint.h>
#include <stdlib.h>

struct budget_host {
	int64_t used, most;
};

static struct budget_host *
get(struct budget *budget, const char *name)
{
	struct budget_host *host = map_get(&budget->hosts, name);

	if (host)
		return host;
	host = xcalloc(1, sizeof(*host));
	host->most = policy_budget(budget->policy, name);
	budget->items = xgrow(budget->items, budget->count, &budget->cap,
	    sizeof(*budget->items));
	budget->items[budget->count++] = host;
	map_put(&budget->hosts, name, host);

	return host;
}

enum pool_ready
budget_ready(struct budget *budget, const char *host)
{
	const struct budget_host *found = host ? get(budget, host) : NULL;

	return !found || found->used < found->most ? POOL_NOW : POOL_LATER;
}

void
budget_take(struct budget *budget, const char *host)
{
	if (host)
		get(budget, host)->used++;
}

void
budget_give(struct budget *budget, const char *host)
{
	if (host)
		get(budget, host)->used--;
}

void
budget_clear(struct budget *budget)
{
	size_t i;

	for (i = 0; i < budget->count; i++)
		free(budget->items[i]);
	free(budget->items);
	map_clear(&budget->hosts);
}
