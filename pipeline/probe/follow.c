#include "follow.h"
#include "base/alloc.h"
#include "git/ref_store.h"
#include <stdlib.h>
#include <string.h>

static const char tags[] = "refs/tags/";

/* Does one of the lines say where something goes? */
static bool
has_destination(const struct list *lines)
{
	const char *colon;
	size_t i;

	for (i = 0; i < lines->count; i++) {
		colon = strrchr(lines->items[i], ':');
		if (*lines->items[i] != '^' && colon && colon[1] != '\0')
			return true;
	}

	return false;
}

enum follow
follow_of(const struct gitconfig *config, const char *remote)
{
	const char *option =
	    gitconfig_get_sub(config, "remote", remote, "tagopt");
	struct list lines = { 0 };
	enum follow follow;

	if (option && strcmp(option, "--no-tags") == 0)
		return FOLLOW_NONE;
	if (option && strcmp(option, "--tags") == 0)
		return FOLLOW_ALL;
	gitconfig_get_all(config, "remote", remote, "fetch", &lines);
	follow = has_destination(&lines) ? FOLLOW_TAGS : FOLLOW_NONE;
	list_clear(&lines);

	return follow;
}

void
follow_names(struct endpoint *out, const struct endpoint *listed,
    const struct list *have)
{
	const struct endpoint_tag *tag;
	size_t i;

	for (i = 0; i < listed->tag_count; i++) {
		tag = &listed->tags[i];
		if (tag_told(tag->name + sizeof(tags) - 1) &&
		    ref_names_free(have, tag->name))
			endpoint_add_tag(out, tag->name, tag->oid, tag->peeled);
	}
}

static bool
has(const struct endpoint *tags_of, const char *name)
{
	size_t i;

	for (i = 0; i < tags_of->tag_count; i++)
		if (strcmp(tags_of->tags[i].name, name) == 0)
			return true;

	return false;
}

void
follow_needed(struct endpoint *needed, const struct endpoint *names,
    enum follow follow, const char *folder)
{
	enum tag_state *states = xcalloc(names->tag_count + 1, sizeof(*states));
	const struct endpoint_tag *tag;
	size_t i;

	tags_look(folder, names->tags, names->tag_count, states);
	for (i = 0; i < names->tag_count; i++) {
		tag = &names->tags[i];
		if ((states[i] == TAG_NAMED ||
			(states[i] == TAG_ABSENT && follow == FOLLOW_ALL)) &&
		    !has(needed, tag->name))
			endpoint_add_tag(needed, tag->name, tag->oid,
			    tag->peeled);
	}
	free(states);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct endpoint_tag *)a)->name,
	    ((const struct endpoint_tag *)b)->name);
}

void
follow_settle(struct endpoint *names, const char *folder)
{
	enum tag_state *states = xcalloc(names->tag_count + 1, sizeof(*states));
	size_t i, kept = 0;

	tags_look(folder, names->tags, names->tag_count, states);
	for (i = 0; i < names->tag_count; i++)
		if (states[i] == TAG_WHOLE)
			names->tags[kept++] = names->tags[i];
		else
			free(names->tags[i].name);
	names->tag_count = kept;
	if (kept > 0)
		qsort(names->tags, kept, sizeof(*names->tags), by_name);
	free(states);
}

void
follow_write(const struct endpoint *names, const char *name, struct jw *jw)
{
	size_t i;

	jw_array(jw, name);
	for (i = 0; i < names->tag_count; i++) {
		jw_object(jw, NULL);
		jw_text(jw, "name", names->tags[i].name + sizeof(tags) - 1);
		jw_text(jw, "oid", names->tags[i].oid);
		jw_end(jw);
	}
	jw_end(jw);
}
