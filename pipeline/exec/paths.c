#include "paths.h"
#include "base/alloc.h"
#include <stdlib.h>
#include <string.h>

void
paths_add(struct paths *paths, const char *path)
{
	paths->list =
	    xgrow(paths->list, paths->count, &paths->cap, sizeof(char *));
	paths->list[paths->count++] = xstrdup(path);
}

void
paths_clear(struct paths *paths)
{
	while (paths->count > 0)
		free(paths->list[--paths->count]);
	free(paths->list);
	*paths = (struct paths){ 0 };
}

void
paths_write(const struct paths *paths, struct jw *jw, const char *name)
{
	size_t i, from;

	jw_array(jw, name);
	from = jw->out->len;
	for (i = 0; i < paths->count && jw->out->len - from < PATHS_BYTES; i++)
		jw_any_text(jw, NULL, paths->list[i]);
	jw_end(jw);
}
