/*
 * loose - a small fetch as loose objects, as git leaves one
 *
 * Fewer objects than fetch.unpackLimit become objects/xx/yyyy. git unpacks
 * them, in GIT DIR/hermes/TOKEN/loose, a repository of ours with the checkout's
 * objects as an alternate (what is there is not written again); from there
 * they are put in place, as if made there.
 *
 * No .keep guards a loose object, and a pack beside it would be no guard: `git
 * repack` leaves out of its new pack what a kept one has, and takes what is
 * loose and packed, so that with the guard both could go. A `git gc` spares
 * what is young; with --prune=now it takes what its walk did not reach. So all
 * of them are looked for, and put in place again, under the lock before the
 * branch moves, at once behind that, and after the health checks.
 *
 *   O1  where a gc is at work at the last look (gc.pid), a pack of them is put
 *       in place, too: a prune takes none. What is lost, as it is to `git
 *       fetch`, is what a bare `git prune --expire=now` takes after the last
 *       look, its walk having ended before the branch moved
 *   O2  no object has its name in the checkout before its bytes are on the
 *       disk: what is there is taken for whole
 *   O3  between the move and the next look an object may be missing; killed
 *       there, hermes-exec -R puts it in place again
 */
#ifndef EXEC_LOOSE_H
#define EXEC_LOOSE_H

#include "apply.h"

/* Would git leave the packs in the folder `from` as loose objects? */
bool loose_fits(struct apply *apply, int from);

/* Make `loose` and put all that is in it in place, synced. 1; 0 where git
 * cannot unpack them (let them be packs); -1 with a verdict. */
int loose_land(struct apply *apply, int from);

/* Put in place again what has gone. Nothing to do without `loose`. -1 and
 * errno. */
int loose_again(struct apply *apply);

/* The last look, O1. -1 and errno. */
int loose_settle(struct apply *apply);

/* target_landed(), with some patience for a prune at work. */
bool loose_landed(struct apply *apply);

#endif
