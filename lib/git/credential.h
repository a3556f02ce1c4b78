/*
 * credential - a user and a password, from the user's own git
 *
 * `git credential fill`, run in / with every prompt off: it sees the user's
 * and the system's configuration, never a repository's (B6).
 */
#ifndef GIT_CREDENTIAL_H
#define GIT_CREDENTIAL_H

#include <stdbool.h>

struct credential {
	char *user;     /* owned */
	char *password; /* owned; overwritten when cleared */
};

/*
 * Ask for `protocol`://`host`[:port]/`path`. False where none is to be had
 * within ten seconds; says nothing of why (helpers print secrets).
 */
bool credential_fill(struct credential *credential, const char *protocol,
    const char *host, const char *path);
void credential_clear(struct credential *credential);

#endif
