/*
 * include - where an include of a configuration file leads, and whether a
 * conditional one holds for the repository at hand
 *
 * As git-config(1) has it: gitdir:, gitdir/i:, onbranch: and
 * hasconfig:remote.*.url: are known, every other condition never holds.
 */
#ifndef GIT_INCLUDE_H
#define GIT_INCLUDE_H

#include "git/gitconfig.h"

/* The file that `path`, written in the file `from`, names. The caller's;
 * NULL where it names none. */
char *include_path(const char *path, const char *from);

/* Does `condition`, written in the file `from`, hold? */
bool include_holds(const char *condition, const char *from,
    const struct gitconfig_scope *scope);

/* Does it ask for the URLs of the repository's remotes? */
bool include_asks_urls(const char *condition);

/* `path` with "~/" or "~USER/" at its start replaced. The caller's; NULL
 * where there is no such home. */
char *include_home(const char *path);

#endif
