#include "stage/progress.h"
#include "base/alloc.h"
#include "proc/host.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PAUSE_MS 100 /* between two lines, unless one begins or ends */

static void
show(struct progress *progress, bool now)
{
	int64_t ms = host_monotonic_ms();
	size_t at = progress->done;

	if (progress->to_list > 0)
		at += (progress->total - at) * progress->listed /
		      progress->to_list;
	if (at > progress->shown)
		progress->shown = at;
	if (!now && ms - progress->shown_ms < PAUSE_MS)
		return;
	progress->shown_ms = ms;
	fprintf(progress->out, "\r[%zu/%zu]%s%.60s\033[K", progress->shown,
	    progress->total, progress->count > 0 ? " " : "",
	    progress->count > 0 ? progress->asks[0] : "");
	fflush(progress->out);
}

void
progress_begin(struct progress *progress, FILE *out, size_t total)
{
	*progress = (struct progress){ .out = out, .total = total };
}

void
progress_list(struct progress *progress, size_t count)
{
	progress->listed = 0;
	progress->to_list = count;
}

void
progress_listed(struct progress *progress)
{
	progress->listed++;
}

void
progress_done(struct progress *progress)
{
	if (!progress->out)
		return;
	progress->done++;
	show(progress, false);
}

void
progress_ask(struct progress *progress, const char *name)
{
	if (!progress->out || !name)
		return;
	progress->asks = xgrow(progress->asks, progress->count, &progress->cap,
	    sizeof(*progress->asks));
	progress->asks[progress->count++] = xstrdup(name);
	show(progress, true);
}

void
progress_answered(struct progress *progress, const char *name)
{
	char **asks = progress->asks;
	size_t i = 0;

	if (!progress->out || !name)
		return;
	while (i < progress->count && strcmp(asks[i], name) != 0)
		i++;
	if (i == progress->count)
		return;
	free(asks[i]);
	progress->count--;
	memmove(asks + i, asks + i + 1, (progress->count - i) * sizeof(*asks));
	show(progress, true);
}

void
progress_end(struct progress *progress)
{
	size_t i;

	if (progress->out) {
		fputs("\r\033[K", progress->out);
		fflush(progress->out);
	}
	for (i = 0; i < progress->count; i++)
		free(progress->asks[i]);
	free(progress->asks);
	*progress = (struct progress){ 0 };
}
