/*
 * closed - what of a git dir this user may not read, or not write
 *
 * A git that was run as root leaves files that only root may read, or change.
 * Each answer names the path and what the system says, or the owner; NULL
 * where nothing is closed. The caller's to free. For root nothing is.
 */
#ifndef GIT_CLOSED_H
#define GIT_CLOSED_H

#include "git/ref.h"

/*
 * The first path below the two that may not be read, the folders themselves
 * included. Every file is looked at: for when something could not be read.
 */
char *closed_to_read(const struct ref_dirs *dirs);

/*
 * The first of what an upgrade writes to, or links, that it may not: cheap.
 * `branch` is short, or NULL.
 */
char *closed_to_write(const struct ref_dirs *dirs, const char *branch);

#endif
