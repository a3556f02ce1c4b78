/*
 * join - Hermes' own packs in a checkout, kept few
 *
 * COMMON DIR/hermes/packs names them, a line each; what it names and is not
 * there, or is no name of a pack, counts for nothing. Where there are more than
 * JOIN_COUNT, git joins them in GIT DIR/hermes/TOKEN/join, a repository of ours
 * that has them by its alternate, and the old ones go.
 *
 *   Y1  never one with a .keep, .promisor, .bitmap or .mtimes, nor one that a
 *       multi-pack-index names, nor a large one; none while a gc is at work
 *   Y2  the new one is on the disk, and has every object of an old one by its
 *       .idx, before that goes: .idx first, as git has it since 2.42 (2.39:
 *       last), for without it a .pack is only garbage
 *   Y3  killed anywhere: what is left is whole packs, and a .pack that has no
 *       .idx, which join_tidy() takes
 *   Y4  none is put in place by which not every old one may go
 *   Y5  those that are not joined within a minute are ours no more: no later
 *       apply waits for them again
 */
#ifndef EXEC_JOIN_H
#define EXEC_JOIN_H

#include "apply.h"

#define JOIN_COUNT 20
#define JOIN_BYTES_MAX ((off_t)256 << 20) /* a larger pack stays by itself */

/* Say that pack-HEX, about to be put in place, is ours. One that cannot be
 * listed stays for somebody's gc. */
void join_note(struct apply *apply, const char *name);

/* Join them where they are too many. It is no failure of the apply where that
 * cannot be: the next one tries again. -1 where a .keep of ours stays: the
 * apply is to be left open. */
int join_packs(struct apply *apply);

/* Y3; likewise where one could not be put in place as a whole, once it has no
 * .keep any more. */
void join_tidy(struct apply *apply);

#endif
