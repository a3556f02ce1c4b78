/*
 * hash - SHA-256, in hex (FIPS 180-4, by libnettle)
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <nettle/sha2.h>
#include <stddef.h>

#define HASH_HEX_SIZE 65   /* 64 digits and a NUL */
#define HASH_NAMED_SIZE 72 /* "sha256:", 64 digits and a NUL */

struct hash {
	struct sha256_ctx ctx;
};

void hash_init(struct hash *hash);
void hash_add(struct hash *hash, const void *bytes, size_t len);

/* The digest in lower-case hex; the hash is as after hash_init(). */
void hash_hex(struct hash *hash, char out[HASH_HEX_SIZE]);

/* The same with "sha256:" before it, the form that documents carry. */
void hash_named(struct hash *hash, char out[HASH_NAMED_SIZE]);

#endif
