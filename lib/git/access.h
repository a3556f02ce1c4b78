/*
 * access - how one URL is to be reached, as the configuration has it
 *
 * Of http.* what is listed below, http.<url>.* by urlmatch.h before it;
 * remote.<name>.proxy; core.sshCommand; and GIT_SSL_NO_VERIFY, GIT_SSL_*,
 * GIT_HTTP_USER_AGENT over all of them, as git does it. The user's and the
 * system's settings always count, the repository's where it is trusted (B6).
 *
 *   A1  what is here may hold secrets: it is never shown, logged or stored,
 *       and passes from process to process through pipes of ours alone
 */
#ifndef GIT_ACCESS_H
#define GIT_ACCESS_H

#include "base/list.h"
#include "git/gitconfig.h"
#include "model/url.h"
#include <stdbool.h>

enum access_name {
	ACCESS_SSH_COMMAND,
	ACCESS_USE_HTTP_PATH, /* "true": a path has a password of its own */
	ACCESS_PROXY,
	ACCESS_PROXY_AUTH,
	ACCESS_SSL_VERIFY,
	ACCESS_CA_FILE,
	ACCESS_CA_PATH,
	ACCESS_CERT,
	ACCESS_KEY,
	ACCESS_PINNED_KEY,
	ACCESS_USER_AGENT,
	ACCESS_REDIRECTS,
	ACCESS_VERSION,
	ACCESS_COOKIES,
	ACCESS_COUNT
};

struct access {
	char *values[ACCESS_COUNT]; /* owned; NULL: not set */
	struct list headers;        /* http.extraHeader */
	struct list credentials;    /* "KEY\nVALUE" that `git credential` in /
				       would not see by itself */
};

/*
 * What `user` and, where it is not NULL, `own` say of `url`; `remote` is the
 * remote's name or NULL.
 */
void access_read(struct access *access, const struct gitconfig *user,
    const struct gitconfig *own, const struct url *url, const char *remote);

/* All of it in one line without blanks, empty where nothing is set; and back.
 * The caller's. */
char *access_text(const struct access *access);
void access_parse(struct access *access, const char *text);

/* What the transports of this process obey from now on; borrowed. NULL, as
 * at first: nothing is set. */
void access_use(const struct access *access);

/* Borrowed; never NULL. */
const struct access *access_used(void);

/* A value as a boolean; `otherwise` where it is not set. */
bool access_true(const struct access *access, enum access_name name,
    bool otherwise);

void access_clear(struct access *access);

#endif
