/*
 * reflog - what became of a ref, a line each time
 *
 * As git writes it: added to where there is one, begun where
 * core.logAllRefUpdates says so. The committer is Hermes <hermes@localhost>.
 */
#ifndef GIT_REFLOG_H
#define GIT_REFLOG_H

#include "git/ref_store.h"

#define NULL_OID "0000000000000000000000000000000000000000"

/* One line for `name`, from one id to another, NULL_OID for none. */
int reflog_add(const struct ref_store *store, const char *name,
    const char *from, const char *to, const char *message, struct err *err);

/* Remove it; absent is done. -1 and errno. */
int reflog_drop(const struct ref_store *store, const char *name);

#endif
