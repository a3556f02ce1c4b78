/*
 * tags - the tags of a remote, as far as their objects go
 */
#ifndef GIT_TAGS_H
#define GIT_TAGS_H

#include "git/endpoint.h"
#include <stdbool.h>

#define TAG_NAME_MAX 255 /* bytes */

/* May a document name it (P7)? `name` is short: "v1". */
bool tag_told(const char *name);

enum tag_state {
	TAG_ABSENT,
	TAG_NAMED, /* what it names is there, its own object is not */
	TAG_WHOLE  /* it may stand: all from its object to what it names */
};

/* How each of the tags stands in the repository at `folder`. */
void tags_look(const char *folder, const struct endpoint_tag *tags,
    size_t count, enum tag_state *states);

/*
 * The tags at `path` that `have` has not, nor a folder of their names, onto
 * the endpoint's; at most ENDPOINT_TAGS_MAX.
 */
void tags_of_path(struct endpoint *endpoint, const char *path,
    const struct list *have);

/* Likewise the annotated ones at `path` that peel to `tip`. */
void tags_at_tip(struct endpoint *endpoint, const char *path, const char *tip);

/* The names below refs/tags/ of the repository at `common_dir`, into an empty
 * list; an unreadable one has none. */
void tags_here(const char *common_dir, struct list *names);

#endif
