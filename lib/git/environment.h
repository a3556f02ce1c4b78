/*
 * environment - ours, for the git and ssh that we start outside any checkout
 *
 * What would lead git into a repository (GIT_DIR and its like, as `git
 * rev-parse --local-env-vars` lists them) is gone, and no prompt is possible.
 */
#ifndef GIT_ENVIRONMENT_H
#define GIT_ENVIRONMENT_H

/* NULL-terminated; owned by the caller. */
char **environment_outside(void);
void environment_free(char **env);

#endif
