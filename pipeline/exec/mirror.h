/*
 * mirror - a folder of ours in which a file is born as in another
 *
 * What is made beside and moved must end as if it had been made in its place.
 * Group (set-group-ID), default ACL (acl(5)) and inherited file attributes
 * (chattr(1)) come from the folder that a file is made in: so it is made in
 * one that has them from the right one.
 */
#ifndef EXEC_MIRROR_H
#define EXEC_MIRROR_H

#include "base/err.h"

/*
 * Make `name` in `into`, where it is not there yet, with what a file made in
 * the folder open at `like` would inherit. What cannot be taken over (a group
 * that we are not in) is left out. -1 and errno where there is no folder.
 */
int mirror_folder(int like, int into, const char *name);

/* Has the folder anything that a file made in it inherits? */
int mirror_matters(int like);

#endif
