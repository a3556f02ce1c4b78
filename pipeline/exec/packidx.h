/*
 * packidx - the objects of a pack, by its .idx (version 2, SHA-1)
 */
#ifndef EXEC_PACKIDX_H
#define EXEC_PACKIDX_H

#include "base/buf.h"
#include "git/lib.h"
#include <stdbool.h>
#include <stddef.h>

#define PACKIDX_OID 20

struct packidx {
	struct buf bytes;          /* owned */
	const unsigned char *oids; /* borrowed from it; sorted */
	size_t count;
};

/* pack-HEX with this end, as git names packs? */
bool packidx_is_name(const char *name, const char *end);

/* Each such name in `folder`; what `each` says other than 0 ends the walk and
 * is returned. -1 and errno. */
int packidx_each(int folder, const char *end,
    int (*each)(void *ctx, int folder, const char *name), void *ctx);

/* Read `name` in `folder`. -1 and errno; EINVAL where it is no such file. */
int packidx_read(struct packidx *idx, int folder, const char *name);
void packidx_clear(struct packidx *idx);

/* The object at `i`. */
void packidx_hex(const struct packidx *idx, size_t i, char hex[OID_SIZE]);

/* Are all objects of `other` in it? */
bool packidx_covers(const struct packidx *idx, const struct packidx *other);

#endif
