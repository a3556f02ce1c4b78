/*
 * prepare - all that can fail, done where nobody sees it (X1)
 *
 * Below GIT DIR/hermes/TOKEN/ there are then: `owner` (the cycle), `n-I` (new
 * files), `old-index` (a hard link; none where there was no index), `index`
 * (the new one), `lock` (what index.lock will be), and, written last, `journal`
 * (the steps). New packs are in the object store, named by nothing.
 *
 *   R1  until `journal` is there, undoing is removing the folder
 *   R2  everything has been synced when prepare() returns
 */
#ifndef EXEC_PREPARE_H
#define EXEC_PREPARE_H

#include "apply.h"

/* The commits, the steps and STATE/journals/TOKEN, then the folder. Where it
 * cannot: -1 with a verdict, the folder gone. */
int prepare(struct apply *apply);

/* The new packs of the repository at apply->staging, into the object store. */
int prepare_packs(struct apply *apply);

#endif
