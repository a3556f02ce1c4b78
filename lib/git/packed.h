/*
 * packed - the text of a packed-refs file
 *
 * One line for each ref, "OID NAME", behind it maybe "^PEELED"; comments begin
 * with "#". Nothing here opens a file.
 */
#ifndef GIT_PACKED_H
#define GIT_PACKED_H

#include "base/buf.h"
#include "git/lib.h"
#include <stdbool.h>
#include <stddef.h>

#define PACKED_MAX ((size_t)256 << 20) /* bytes; a longer file is not read */

struct packed_ref {
	const char *name; /* borrowed from the text; not terminated */
	size_t len;
	const char *oid; /* borrowed; OID_SIZE - 1 digits */
	const char *end; /* behind its lines */
};

/* Of forty lower hex digits? */
bool packed_is_oid(const char *text);

/* Is every line one of those? Git stops at any other. */
bool packed_sound(const struct buf *text);

/* The first ref at or behind `at`. False: there is none. */
bool packed_next(const char *at, struct packed_ref *ref);

/* Is `name` packed, and at which id? */
bool packed_find(const char *text, const char *name, char oid[OID_SIZE]);

/* Is a ref packed whose name is a folder of `name`, or the other way round? */
bool packed_conflicts(const char *text, const char *name);

/* `text` without the `count` refs named, into `out`. False: it has none. */
bool packed_drop(const char *text, const char *const *names, size_t count,
    struct buf *out);

#endif
