/*
 * environment - ours, for the git and ssh that we start outside any checkout
 *
 * What would lead git into a repository (GIT_DIR and its like, as `git
 * rev-parse --local-env-vars` lists them) is gone, and no prompt is possible.
 */
#ifndef GIT_ENVIRONMENT_H
#define GIT_ENVIRONMENT_H

#include "base/list.h"

/* NULL-terminated; owned by the caller. */
char **environment_outside(void);

/* The same, with these settings ("KEY\nVALUE") besides what git reads: no
 * argument would hide them. */
char **environment_credential(const struct list *settings);
void environment_free(char **env);

#endif
