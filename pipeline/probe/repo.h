/*
 * repo - one repository's work, in a worker
 *
 * Looks at the checkout, asks its endpoints as far as that is possible here,
 * fetches into staging where allowed, compares, and writes the answer: lines
 * for the parent, an empty line, and the row of probe.repos. An answer that
 * wants listings has no row.
 *
 *   id DEVICE INODE            of the common dir
 *   want URL<tab>REF           to be listed first
 *   asked CLASS<tab>URL        a path that was listed here
 *   fetched CLASS MS HOST      or tried to; MS: to wait, or 0
 *   moved JSON                 data of upstream.moved
 */
#ifndef PROBE_REPO_H
#define PROBE_REPO_H

#include "base/buf.h"
#include "probe.h"

void repo_probe(const struct probe *probe, size_t i, struct buf *answer);

/* The row of a repository whose worker did not answer. */
void repo_lost(const struct probe *probe, size_t i, const char *reason,
    const char *detail, int64_t ms, struct buf *row);

#endif
