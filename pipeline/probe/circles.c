#include "circles.h"
#include "base/buf.h"
#include "model/order.h"

static void
tell(const struct fleet *fleet, const struct order *order, size_t circle,
    const char *place, void (*say)(const char *text))
{
	const char *between = "depends_on: a circle: ";
	struct buf line = { 0 };
	size_t i;

	buf_printf(&line, "%s: ", place);
	for (i = 0; i < fleet->count; i++)
		if (order->cycle[i] == circle) {
			buf_printf(&line, "%s%s", between,
			    fleet->repos[i].repo_key);
			between = ", ";
		}
	buf_puts(&line, ": none of them can be first, so none is upgraded");
	say(buf_text(&line));
	buf_clear(&line);
}

size_t
circles_tell(const struct fleet *fleet, const char *place,
    void (*say)(const char *text))
{
	const struct fleet_repo *repo, *other;
	struct order order = { 0 };
	size_t i, j, count;

	for (i = 0; i < fleet->count; i++) {
		repo = &fleet->repos[i];
		for (j = 0; j < repo->depends_on.count; j++) {
			other = fleet_find(fleet, repo->depends_on.items[j]);
			order_add(&order, i, (size_t)(other - fleet->repos),
			    false);
		}
	}
	order_solve(&order, fleet->count);
	count = order.cycle_count;
	for (i = 1; i <= count; i++)
		tell(fleet, &order, i, place, say);
	order_clear(&order);

	return count;
}
