/*
 * prepare - all that can fail, done where nobody sees it (X1)
 *
 * Below GIT DIR/hermes/TOKEN/ there are then: `owner` (the cycle), `n-I` (new
 * files), `old-index` (a hard link; none where there was no index), `index`
 * (the new one), `lock` (what index.lock will be), and, written last, `journal`
 * (the steps). New packs are in the object store, named by nothing.
 *
 *   R1  until `journal` is there, undoing is packs_release() and removing the
 *       folder
 *   R2  everything has been synced when prepare() returns
 */
#ifndef EXEC_PREPARE_H
#define EXEC_PREPARE_H

#include "apply.h"

/* The commits, the steps and STATE/journals/TOKEN, then the folder. Where it
 * cannot: -1 with a verdict, the folder gone. */
int prepare(struct apply *apply);

/*
 * The objects of the repository at apply->staging, into the object store, loose
 * where git would have them so (loose.h), else as packs. A `git gc --prune=now`
 * that runs beside us would take what no ref names yet: each pack has a .keep,
 * a hard link to our `keep`, until packs_release().
 */
int prepare_packs(struct apply *apply);

/* The packs of the folder `from` alone. -1 with a verdict, if there is none
 * yet. */
int packs_land(struct apply *apply, int from);

/* Remove our .keep files; a ref names the packs now, or nothing needs them. -1
 * and errno. */
int packs_release(struct apply *apply);

#endif
