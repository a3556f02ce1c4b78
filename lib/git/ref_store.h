/*
 * ref_store - the refs below a held git dir, git's files backend
 *
 * Everything is opened beneath the two descriptors and through no symlink
 * (store/below.h), so a git dir that somebody exchanges meanwhile is not
 * followed. Names are whole: "refs/heads/main", "HEAD", "ORIG_HEAD".
 *
 *   F1  "refs/..." lies in the common dir, loose before packed; every other
 *       name in the git dir, loose alone
 *   F2  a FIFO, a device or a symlink in the place of a file is an error that
 *       says so (ELOOP), never waited for and never followed
 */
#ifndef GIT_REF_STORE_H
#define GIT_REF_STORE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/list.h"
#include "git/ref.h"
#include <stdbool.h>

/* core.logAllRefUpdates */
enum ref_logs {
	REF_LOGS_NONE,   /* no new reflogs; one that is there is added to */
	REF_LOGS_NORMAL, /* of branches, tracking refs, notes and HEAD */
	REF_LOGS_ALWAYS
};

/* All zero is none; ref_store_close() in any case. */
struct ref_store {
	int git_fd, common_fd; /* owned; two, even where they are one folder */
	int shared;            /* core.sharedRepository, of shared.h */
	enum ref_logs logs;
	bool open;
};

int ref_store_open(struct ref_store *store, const char *git_dir,
    const char *common_dir, struct err *err);
void ref_store_close(struct ref_store *store);

/* The folder that `name` lies in: F1. */
int ref_store_folder(const struct ref_store *store, const char *name);

/*
 * What `name` itself is: REF_OID; REF_SYMBOLIC and the other name in *next, the
 * caller's to free; REF_ABSENT; REF_BROKEN. -1: it cannot be read (F2).
 */
int ref_store_read(const struct ref_store *store, const char *name,
    char oid[OID_SIZE], char **next, struct err *err);

/* The same with symbolic refs followed five deep; never REF_SYMBOLIC. */
int ref_store_resolve(const struct ref_store *store, const char *name,
    char oid[OID_SIZE], struct err *err);

/* The text of packed-refs, empty where there is none. EX_DATAERR: git would
 * not read it. */
int ref_store_packed(const struct ref_store *store, struct buf *text,
    struct err *err);

/* The names below a folder ("refs/tags/"), loose and packed, sorted, each once,
 * into an empty list. */
int ref_store_names(const struct ref_store *store, const char *folder,
    struct list *names, struct err *err);

/* Is it one of such a list? */
bool ref_names_have(const struct list *names, const char *name);

/* Is it none, nor a folder of one of them, nor below one? */
bool ref_names_free(const struct list *names, const char *name);

/* EX_IOERR from errno about `name`; F2 where that says so. Always -1. */
int ref_store_err(const char *name, struct err *err);

#endif
