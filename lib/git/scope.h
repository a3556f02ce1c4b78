/*
 * scope - one checkout, as conditional includes ask for it
 *
 * The git dir by its real path and by the one that it was named with, as git
 * tries both; and the branch that HEAD names, born or not.
 */
#ifndef GIT_SCOPE_H
#define GIT_SCOPE_H

#include "git/gitconfig.h"
#include "git/place.h"

struct scope {
	struct gitconfig_scope asked; /* borrows from the place and from here */
	char *alias;                  /* owned; or NULL */
	char *branch;                 /* owned; or NULL */
};

/* Of the checkout at `named`, whose git dir is known. `urls` may be NULL. */
void scope_make(struct scope *scope, const struct place *place,
    const char *named, const struct gitconfig *urls);
void scope_clear(struct scope *scope);

#endif
