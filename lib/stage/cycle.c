#include "stage/cycle.h"
#include "model/cycle.h"
#include "proc/host.h"
#include <unistd.h>

int
stage_cycle(struct doc *doc, const char *real_at, const char *id,
    struct err *err)
{
	char host[HOST_NAME_SIZE], made[CYCLE_ID_SIZE];
	struct cycle cycle = { .host = host };
	struct host_now now;

	if (host_now(&now, err) == -1 || host_name(host, err) == -1)
		return -1;
	cycle.real_at = now.real_at;
	cycle.boot_ms = now.boot_ms;
	cycle.boot_id = now.boot_id;
	if (real_at != NULL && instant_parse(real_at, &cycle.real_at) == -1)
		return err_set(err, EX_USAGE,
		    "-t: expected an instant, found \"%.80s\"", real_at);
	if (cycle_id_make(made, &cycle, getpid()) == -1)
		return err_set(err, EX_SOFTWARE, "clock: beyond the year 9999");
	cycle.id = id != NULL ? id : made;
	cycle_put(doc, &cycle);
	return 0;
}
