/*
 * close - the end of an apply: its outcome said, its folder gone
 *
 *   K1  first the journal with the whole story (J2), then the folder: killed
 *       between the two, recovery has only to clean up
 *   K2  the journal goes once the folder is gone on the disk: STATE may lie
 *       on another one, that forgets less
 */
#ifndef EXEC_CLOSE_H
#define EXEC_CLOSE_H

#include "apply.h"
#include "paths.h"

/* The event of the apply's verdict; `paths` of a blocked rollback. */
void close_say(struct apply *apply, const struct paths *paths);

/*
 * Say the outcome, write the journal as done, remove the folder. Whatever
 * fails here leaves the journal open: hermes-exec -R does it again.
 */
void close_apply(struct apply *apply, const struct paths *paths);

#endif
