/*
 * keep - nothing is thrown away that is neither the old blob nor the new one
 *
 * What came out of the worktree lies in the apply's folder until that goes. A
 * program that kept a descriptor may have written to it since: then it goes to
 * GIT DIR/hermes/kept-TOKEN/ instead.
 */
#ifndef EXEC_KEEP_H
#define EXEC_KEEP_H

#include "apply.h"
#include "paths.h"

/* Hash all of it once more; `kept` gets the paths of what was moved, what
 * cannot be read included. -1 where we ran short of descriptors or memory. */
int keep_changed(struct apply *apply, struct paths *kept);

#endif
