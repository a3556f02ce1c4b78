/*
 * environment - ours, for the git and ssh that we start outside any checkout
 *
 * What would lead git into a repository (GIT_DIR and its like, as `git
 * rev-parse --local-env-vars` lists them) is gone, and no prompt is possible.
 */
#ifndef PLUMBING_ENVIRONMENT_H
#define PLUMBING_ENVIRONMENT_H

#include "base/list.h"

/* NULL-terminated; owned by the caller. */
char **environment_outside(void);

/* The same, with these settings ("KEY\nVALUE") besides what git reads: no
 * argument would hide them. */
char **environment_credential(const struct list *settings);

/*
 * For git in a repository of ours. Of GIT_* only what says where the user's
 * and the system's configuration are, and how ssh, TLS and proxies are reached,
 * comes through; `variables` ("GIT_DIR=...") come besides.
 */
char **environment_repository(const struct list *settings,
    const struct list *variables);

void environment_free(char **env);

#endif
