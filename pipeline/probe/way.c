#include "way.h"
#include "base/alloc.h"
#include "git/worktree.h"
#include <stdlib.h>
#include <string.h>

static bool
has(const struct list *list, const char *path)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (strcmp(list->items[i], path) == 0)
			return true;

	return false;
}

/* "PATH, which git assumes unchanged, and 3 more"; the first is git's. */
static char *
edits_text(const struct inspection *in, const struct change *change,
    const char *path)
{
	const char *mark =
	    has(&in->assumed, path)   ? ", which git assumes unchanged"
	    : has(&in->skipped, path) ? ", which is marked skip-worktree"
				      : "";
	size_t i, more = 0;

	for (i = 0; i < change->touched.count; i++)
		more += strcmp(change->touched.items[i].path, path) != 0;
	if (more == 0)
		return xasprintf("%s%s", path, mark);

	return xasprintf("%s%s%s and %zu more", path, mark,
	    *mark != '\0' ? "," : "", more);
}

/* git calls untracked, too, what was added to the index alone. */
static void
note_obstacle(struct inspection *in, const struct change *change,
    const struct content_obstacle *obstacle)
{
	const char *path = obstacle->path;

	if (obstacle->way == CONTENT_EDITED)
		inspect_note(in, "dirty", true, edits_text(in, change, path));
	else if (obstacle->way == CONTENT_STAGED || has(&in->dirty, path))
		inspect_note(in, "staged", true, edits_text(in, change, path));
	else if (change->collisions.count == 0)
		inspect_note(in, "untracked-collision", true, xstrdup(path));
}

static void
note_edits(struct inspection *in, const struct change *change,
    const struct content_source *source, const char *tip)
{
	struct content_obstacle obstacle = { 0 };
	struct err err;

	if (edits_obstacle(&in->edits, source, in->branch_oid, tip, &obstacle,
		&err) == -1) {
		worktree_unasked(in, "dirty", &err);
		return;
	}
	if (obstacle.way != CONTENT_FREE)
		note_obstacle(in, change, &obstacle);
	free(obstacle.path);
}

/* W2; most configurations define none. */
static bool
defines_filters(const struct inspection *in)
{
	const struct gitconfig *config = &in->place.config;
	size_t i;

	for (i = 0; i < config->count; i++)
		if (strncmp(config->entries[i].key, "filter.", 7) == 0)
			return !in->trust_config;

	return false;
}

static void
note_filter(struct inspection *in, const struct change *change,
    const struct content_source *source, const char *tip)
{
	struct err err;
	char *path;

	if (edits_filtered(&in->edits, source, tip, &change->written, &path,
		&err) == -1)
		worktree_unasked(in, "needs-filter", &err);
	else if (path != NULL)
		inspect_note(in, "needs-filter", true, path);
}

void
way_note(struct inspection *in, const struct change *change,
    const char *staging, const char *tip)
{
	char *objects = staging ? xasprintf("%s/objects", staging) : NULL;
	struct content_source source = worktree_source(in, objects);

	if (in->place.index.unmerged_count == 0 && in->dirty.count > 0)
		note_edits(in, change, &source, tip);
	if (defines_filters(in))
		note_filter(in, change, &source, tip);
	free(objects);
}
