#include "git/refspec.h"
#include "base/alloc.h"
#include "git/ref.h"
#include <stdlib.h>
#include <string.h>

static bool
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* What "*" of `side` (`len` bytes) stands for in `ref`, and how much of it. */
static const char *
match_star(const char *side, size_t len, const char *ref, size_t *found)
{
	const char *star = memchr(side, '*', len);
	size_t head, tail, whole = strlen(ref);

	if (star == NULL)
		return NULL;
	head = (size_t)(star - side);
	tail = len - head - 1;
	if (whole < head + tail || memcmp(ref, side, head) != 0 ||
	    memcmp(ref + whole - tail, star + 1, tail) != 0)
		return NULL;
	*found = whole - head - tail;

	return ref + head;
}

/* Without a "*": a whole name, or the end of one as git completes it. */
static bool
match_name(const char *side, size_t len, const char *ref)
{
	static const char *const folders[] = { "", "refs/", "refs/tags/",
		"refs/heads/" };
	size_t i;

	for (i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		if (begins(ref, folders[i]) &&
		    strlen(ref + strlen(folders[i])) == len &&
		    memcmp(ref + strlen(folders[i]), side, len) == 0)
			return true;

	return false;
}

static bool
matches(const char *side, const char *ref)
{
	size_t len = strlen(side), found;

	return match_name(side, len, ref) ||
	       match_star(side, len, ref, &found) != NULL;
}

static bool
is_left_out(const struct list *lines, const char *ref)
{
	size_t i;

	for (i = 0; i < lines->count; i++)
		if (*lines->items[i] == '^' &&
		    matches(lines->items[i] + 1, ref))
			return true;

	return false;
}

/* The caller's; NULL: the line does not map it. */
static char *
map_line(const char *line, const char *ref)
{
	const char *colon = strrchr(line, ':'), *dst, *star, *part;
	size_t len, part_len;

	if (colon == NULL || colon[1] == '\0')
		return NULL;
	len = (size_t)(colon - line);
	dst = colon + 1;
	star = strchr(dst, '*');
	if (star != NULL) {
		part = match_star(line, len, ref, &part_len);
		return part != NULL ? xasprintf("%.*s%.*s%s", (int)(star - dst),
					  dst, (int)part_len, part, star + 1)
				    : NULL;
	}
	if (!match_name(line, len, ref))
		return NULL;

	return begins(dst, "remotes/") || begins(dst, "tags/")
		   ? xasprintf("refs/%s", dst)
		   : xstrdup(dst);
}

static void
add(struct refspec_dsts *dsts, char *name, bool force)
{
	size_t i;

	for (i = 0; i < dsts->count; i++)
		if (strcmp(dsts->list[i].name, name) == 0) {
			dsts->list[i].force |= force;
			free(name);
			return;
		}
	dsts->list =
	    xgrow(dsts->list, dsts->count, &dsts->cap, sizeof(*dsts->list));
	dsts->list[dsts->count++] = (struct refspec_dst){ name, force };
}

void
refspec_map(struct refspec_dsts *out, const struct list *lines, const char *ref)
{
	const char *line;
	bool force;
	size_t i;
	char *name;

	if (is_left_out(lines, ref))
		return;
	for (i = 0; i < lines->count; i++) {
		line = lines->items[i];
		force = *line == '+';
		name = map_line(line + force, ref);
		if (name != NULL && begins(name, "refs/") &&
		    !begins(name, "refs/heads/") && ref_valid(name))
			add(out, name, force);
		else
			free(name);
	}
}

void
refspec_clear(struct refspec_dsts *dsts)
{
	size_t i;

	for (i = 0; i < dsts->count; i++)
		free(dsts->list[i].name);
	free(dsts->list);
	*dsts = (struct refspec_dsts){ 0 };
}
