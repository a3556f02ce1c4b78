/*
 * index_scan - the entries of an index, read as bytes (versions 2 to 4)
 *
 * gitformat-index(5). Nothing but the entries and where they stand: for those
 * who read what an index says before libgit2 opens it, and for those who
 * compare or complete one that git wrote.
 */
#ifndef GIT_INDEX_SCAN_H
#define GIT_INDEX_SCAN_H

#include "base/buf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INDEX_CHECKSUM 20
#define INDEX_STAT_SIZE                                                        \
	40              /* from an entry's start: what git knows of a file     \
			 */
#define INDEX_OID_AT 40 /* of an entry */
#define INDEX_OID_SIZE 20

struct index_scan {
	const unsigned char *start, *at, *end; /* borrowed; without checksum */
	uint32_t version, left;                /* entries still to come */
	struct buf
	    name; /* owned; of the entry in hand; version 4 builds on it */
};

struct index_entry {
	const unsigned char *raw; /* borrowed; where it begins */
	const char *path;         /* borrowed until the next one */
	size_t path_len;
	unsigned mode;
	unsigned stage;
	bool assumed; /* assume-unchanged */
	bool skipped; /* skip-worktree */
};

/* Begin with the whole file's bytes; -1: it is no index that is known. */
int index_scan_begin(struct index_scan *scan, const struct buf *bytes);

/* 1 and the next entry; 0 behind the last one, `at` is at the extensions; -1
 * where it is damaged. */
int index_scan_next(struct index_scan *scan, struct index_entry *entry);
void index_scan_end(struct index_scan *scan);

/* Take both marks from the entry that begins at `raw`, in bytes of one's own.
 */
void index_unmark(char *raw);

/* A number as the format has it: four bytes, the highest first. */
uint32_t index_number(const unsigned char *at);

#endif
