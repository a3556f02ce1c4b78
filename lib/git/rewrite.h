/*
 * rewrite - url.BASE.insteadOf, as the user and the system have it
 *
 * The longest prefix wins, as git does it. The repository's own rules are
 * the caller's to add or to leave out (B6).
 */
#ifndef GIT_REWRITE_H
#define GIT_REWRITE_H

#include "git/gitconfig.h"

/*
 * Read /etc/gitconfig, $XDG_CONFIG_HOME/git/config and ~/.gitconfig, with
 * GIT_CONFIG_NOSYSTEM, GIT_CONFIG_SYSTEM and GIT_CONFIG_GLOBAL obeyed. What
 * is not there or unreadable adds nothing. `scope` is the repository that
 * conditions are about; NULL: none of them holds.
 */
void rewrite_user_config(struct gitconfig *config,
    const struct gitconfig_scope *scope);

/*
 * `url` with the best rule of the configurations applied (`own` may be
 * NULL). The caller's, never NULL.
 */
char *rewrite_url(const struct gitconfig *user, const struct gitconfig *own,
    const char *url);

#endif
