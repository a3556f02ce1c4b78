/*
 * order COUNT - stdin's edges "FROM needs TO" and "FROM after TO", by number:
 * each one's depth and cycle, then the edges that were dropped
 */
#include "model/order.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
main(int argc, char *argv[])
{
	struct order order = { 0 };
	size_t count, from, to, i;
	char kind[8];

	if (argc != 2)
		return 64;
	count = strtoul(argv[1], NULL, 10);
	while (scanf("%zu %7s %zu", &from, kind, &to) == 3)
		order_add(&order, from, to, !strcmp(kind, "after"));
	order_solve(&order, count);
	for (i = 0; i < count; i++)
		printf("%zu: %zu %zu\n", i, order.depth[i], order.cycle[i]);
	for (i = 0; i < order.edge_count; i++)
		if (order.dropped[i])
			printf("dropped %zu %zu\n", order.edges[i].from,
			    order.edges[i].to);
	order_clear(&order);

	return 0;
}
