/*
 * follow - the tags that come with an upgrade, as `git fetch` follows them
 *
 *   L1  of the primary alone: who stands in for it vouches for a commit, not
 *       for names
 *   L2  those whose name is free here, and whose commit is here or comes;
 *       none, or all that are listed, where remote.NAME.tagOpt says so
 *   L3  where no line of remote.NAME.fetch says where anything goes git
 *       follows none
 */
#ifndef PROBE_FOLLOW_H
#define PROBE_FOLLOW_H

#include "git/gitconfig.h"
#include "git/inspect.h"
#include "git/tags.h"
#include "json/jw.h"

enum follow { FOLLOW_NONE, FOLLOW_TAGS, FOLLOW_ALL };

/* L2, L3: by the checkout's configuration. */
enum follow follow_of(const struct gitconfig *config, const char *remote);

/* Of `listed` those that may come, by L2 as far as names and `follow` go. */
void follow_names(struct endpoint *out, const struct endpoint *listed,
    const struct list *have);

/* Of `names` onto `needed` those to be fetched by name: what they name is in
 * `folder`, their own objects are not; or all are wanted. */
void follow_needed(struct endpoint *needed, const struct endpoint *names,
    enum follow follow, const char *folder);

/* Drop from `names` what is not whole in `folder`, and sort the rest. */
void follow_settle(struct endpoint *names, const char *folder);

/* probe.repos[].tags */
void follow_write(const struct endpoint *tags, const char *name, struct jw *jw);

#endif
