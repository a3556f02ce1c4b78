/*
 * progress - a line for a person who watches: done/total, and what takes
 * longest
 *
 * `[46/50] git.example.org`: of hermes-probe a host that was asked, of
 * hermes-exec a repository in hand. Written over and over, gone at the end.
 * Only where main found a terminal; else `out` is NULL and nothing is done
 * here.
 */
#ifndef STAGE_PROGRESS_H
#define STAGE_PROGRESS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct progress {
	FILE *out; /* borrowed; NULL: nobody watches */
	size_t done, total, shown;
	size_t listed, to_list; /* of this round's URLs */
	int64_t shown_ms;
	char **asks; /* owned; what is under way, the first for longest */
	size_t count, cap;
};

void progress_begin(struct progress *progress, FILE *out, size_t total);

/*
 * So many URLs are listed now. Each stands for its share of the repositories
 * that have no answer: what is shown never goes back.
 */
void progress_list(struct progress *progress, size_t count);
void progress_listed(struct progress *progress);

/* One of the repositories has its answer. */
void progress_done(struct progress *progress);

/* `name` (NULL: none) is under way; one that was has ended. */
void progress_ask(struct progress *progress, const char *name);
void progress_answered(struct progress *progress, const char *name);

/* Take the line away. */
void progress_end(struct progress *progress);

#endif
