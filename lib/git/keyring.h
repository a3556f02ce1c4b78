/*
 * keyring - passwords that the workers of one probe share
 *
 * The first worker that meets a 401 of a host asks for its password; those
 * that meet one meanwhile wait for that answer, and all later ones have it.
 * It lives in memory that parent and workers share, is kept from swap and
 * core files as far as the system lets it, and goes with the last of them.
 *
 *   Y1  one question for one key, whatever the answer: none is one, too
 *   Y2  whoever dies while asking leaves the question to the next
 *   Y3  what the host refused KEYRING_TRIES times, and never took, is not
 *       sent to it again: enough for repositories that are closed to it, too
 *       few to have the account locked
 */
#ifndef GIT_KEYRING_H
#define GIT_KEYRING_H

#include <stdbool.h>

#define KEYRING_TRIES 8
#define KEYRING_TEXT_MAX 4096 /* a user or a password; tokens are long */

enum keyring_found {
	KEYRING_ASK,     /* nobody has: ask, then keyring_put() */
	KEYRING_NONE,    /* there is none to be had */
	KEYRING_REFUSED, /* there is one, and the host did not take it (Y3) */
	KEYRING_FOUND,
	KEYRING_BUSY /* who asks does not come to an end: patience.h */
};

struct keyring_entry {
	char user[KEYRING_TEXT_MAX];
	char password[KEYRING_TEXT_MAX];
};

/* Once, before the workers are forked. Without it, or where there is no
 * memory for it, everyone asks for himself. */
void keyring_begin(void);

/* Look for `key`; *entry is set where it is KEYRING_FOUND. Of one process
 * that was told KEYRING_ASK a keyring_put() must follow. */
enum keyring_found keyring_get(const char *key, struct keyring_entry *entry);

/* The answer; NULL: there is none. */
void keyring_put(const char *key, const char *user, const char *password);

/* Did the host take it? */
void keyring_judge(const char *key, bool taken);

#endif
