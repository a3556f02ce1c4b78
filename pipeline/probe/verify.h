/*
 * verify - one signature, verified by the tool that is made for it
 *
 * `ssh-keygen -Y` or gpgv, in a child with a clean environment, in "/", with
 * the worker's deadline, that reads descriptors only: payload, signature and
 * keys are memory, no file is written and none is asked for. git is not run.
 *
 *   V1  the keys are those that the parent has read and checked, whatever
 *       becomes of the file since
 *   V2  a key must be valid at the cycle's instant: the times that a commit
 *       or a signature tells are its maker's to choose
 *   V3  no words of a tool's, and nothing that changes from one run to the
 *       next, gets into a verdict
 */
#ifndef PROBE_VERIFY_H
#define PROBE_VERIFY_H

#include "base/instant.h"
#include "git/signature.h"
#include "keys.h"
#include "model/signature.h"

struct verdict {
	enum signature_state state;
	enum signature_format format;
	char *signer; /* owned; who, as the keys or the key say; or NULL */
	char *key;    /* owned; its fingerprint; or NULL */
	const char *detail; /* static; or NULL */
	const char *keys;   /* borrowed; the hash of the keys; or NULL */
};

/* `keys` are what the policy names; one of the two may be NULL. */
void verify(struct verdict *verdict, const struct signature *signature,
    const struct keys_pair *keys, instant now);
void verdict_clear(struct verdict *verdict);

#endif
