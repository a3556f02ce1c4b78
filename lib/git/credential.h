/*
 * credential - a user and a password, from the user's own git
 *
 * `git credential fill`, run in / with every prompt off: it sees the user's
 * and the system's configuration, and of a repository's what access.h lets
 * through (B6). It is run once for one host and protocol, and path where
 * credential.useHttpPath wants that, by all the workers of a probe together
 * (keyring.h). `approve` and `reject` are never said: nothing of Hermes adds
 * to what the user has stored, or takes it away.
 */
#ifndef GIT_CREDENTIAL_H
#define GIT_CREDENTIAL_H

#include "model/url.h"
#include <stdbool.h>

struct credential {
	char *user;     /* owned */
	char *password; /* owned; overwritten when cleared */
	char *key;      /* owned; of keyring.h; or NULL */
};

enum credential_found {
	CREDENTIAL_NONE,    /* not within ten seconds; why is not said:
			       helpers print secrets */
	CREDENTIAL_REFUSED, /* only one that the host has refused already */
	CREDENTIAL_FOUND
};

/* Ask for what access_used() lets `url` have. */
enum credential_found credential_fill(struct credential *credential,
    const struct url *url);

/* Did the host take it? Kept for this probe's other repositories. */
void credential_judge(const struct credential *credential, bool taken);
void credential_clear(struct credential *credential);

#endif
