/*
 * keys - the files that say whose signatures count
 *
 * Read and checked once, before the first worker is forked, and held in
 * memory from then on. A file is refused (EX_CONFIG) where it is missing,
 * where others than its owner could write it or rename it away, where it is
 * neither ours nor root's, and where it lies inside a checkout of the fleet:
 * an upstream commit could change it.
 */
#ifndef PROBE_KEYS_H
#define PROBE_KEYS_H

#include "base/err.h"
#include "base/hash.h"
#include "model/fleet.h"
#include "model/policy.h"

#define KEYS_FILES_MAX 256 /* each is a descriptor */

struct keys_file {
	char *path;                 /* owned; as the policy has it */
	int fd;                     /* owned; sealed memory */
	char hash[HASH_NAMED_SIZE]; /* of its bytes */
};

struct keys {
	struct keys_file *files; /* owned */
	size_t count, cap;
};

/* What counts for one repository; each borrowed, or NULL. */
struct keys_pair {
	const struct keys_file *allowed_signers, *keyring;
};

/*
 * Read every file that the policy or a repository's own names; `place` and
 * `fleet_place` are where the two were written. keys_clear() in any case.
 */
int keys_read(struct keys *keys, const struct policy *policy, const char *place,
    const struct fleet *fleet, const char *fleet_place, struct err *err);

/* The files that a rule of the same policy and fleet names. */
struct keys_pair keys_of(const struct keys *keys,
    const struct signature_rule *rule);

void keys_clear(struct keys *keys);

#endif
