/*
 * refspec - what a fetched ref is called here, by lines of remote.NAME.fetch
 *
 * "+refs/heads/main:refs/remotes/origin/main", with one "*" on both sides or
 * none; a line that begins with "^" says what no other line maps. As git reads
 * them; what would move a branch (refs/heads/) is passed over.
 */
#ifndef GIT_REFSPEC_H
#define GIT_REFSPEC_H

#include "base/list.h"
#include <stdbool.h>
#include <stddef.h>

struct refspec_dst {
	char *name; /* owned; whole, a name that git takes */
	bool force; /* may go back: "+" */
};

/* All zero is empty. */
struct refspec_dsts {
	struct refspec_dst *list; /* owned; each name once */
	size_t count, cap;
};

/* Where the remote's `ref` goes by the lines. */
void refspec_map(struct refspec_dsts *out, const struct list *lines,
    const char *ref);

void refspec_clear(struct refspec_dsts *dsts);

#endif
