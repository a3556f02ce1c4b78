#include "base/hash.h"
#include <stdint.h>
#include <string.h>

void
hash_init(struct hash *hash)
{
	sha256_init(&hash->ctx);
}

void
hash_add(struct hash *hash, const void *bytes, size_t len)
{
	sha256_update(&hash->ctx, len, bytes);
}

void
hash_hex(struct hash *hash, char out[HASH_HEX_SIZE])
{
	static const char hex[] = "0123456789abcdef";
	uint8_t digest[SHA256_DIGEST_SIZE];
	size_t i;

	sha256_digest(&hash->ctx, sizeof digest, digest);
	for (i = 0; i < sizeof digest; i++) {
		out[2 * i] = hex[digest[i] >> 4];
		out[2 * i + 1] = hex[digest[i] & 15];
	}
	out[HASH_HEX_SIZE - 1] = '\0';
}

void
hash_named(struct hash *hash, char out[HASH_NAMED_SIZE])
{
	memcpy(out, "sha256:", 7);
	hash_hex(hash, out + 7);
}
