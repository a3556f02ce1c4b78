#include "git/ref_update.h"
#include "base/alloc.h"
#include "git/packed.h"
#include "git/ref_folder.h"
#include "git/reflog.h"
#include "git/shared.h"
#include "store/below.h"
#include "store/io.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PACKED "packed-refs"
#define PACKED_LOCK PACKED ".lock"
#define PACKED_NEW PACKED ".hermes"
#define TRIES 3

/* NAME.lock, held. */
struct lock {
	const struct ref_store *store;
	const char *name; /* borrowed; whole */
	const char *last; /* its last part, in `folder` */
	char *lock;       /* owned; likewise */
	int folder, fd;
	bool there; /* to be removed yet */
};

static int
lock_once(struct lock *lock)
{
	const struct ref_store *store = lock->store;
	int root = ref_store_folder(store, lock->name);

	if (ref_folder_make(root, lock->name, store->shared) == -1)
		return -1;
	lock->folder = below_parent(root, lock->name, O_RDONLY, &lock->last);
	if (lock->folder == -1)
		return -1;
	lock->lock = xasprintf("%s.lock", lock->last);
	lock->fd = below_file(lock->folder, lock->lock,
	    O_WRONLY | O_CREAT | O_EXCL, 0666);
	lock->there = lock->fd != -1;
	if (lock->there)
		return shared_adjust(store->shared, lock->fd);

	return -1;
}

static int
unlock(struct lock *lock)
{
	int rc = 0;

	if (lock->there)
		rc = unlinkat(lock->folder, lock->lock, 0);
	if (lock->fd != -1)
		rc = below_done(lock->fd, rc);
	if (lock->folder != -1)
		rc = below_done(lock->folder, rc);
	free(lock->lock);
	*lock = (struct lock){ .store = lock->store, .name = lock->name };
	lock->folder = lock->fd = -1;

	return rc;
}

/* Somebody may take away an empty folder that was just made. 1; 0 and *moved;
 * -1. */
static int
lock_take(struct lock *lock, enum refs_moved *moved, struct err *err)
{
	int i;

	for (i = 0; i < TRIES; i++) {
		if (lock_once(lock) == 0)
			return 1;
		if (errno != ENOENT)
			break;
		unlock(lock);
	}
	if (errno == EEXIST && lock->folder != -1)
		*moved = REFS_LOCKED;
	else if (errno == EEXIST || errno == ENOTDIR)
		*moved = REFS_CONFLICT;
	else
		return ref_store_err(lock->name, err);

	return 0;
}

/* Of the folder in the place of a ref, or of one that was. */
static bool
folder_cleared(const struct ref_store *store, const char *name)
{
	return ref_folder_clear(ref_store_folder(store, name), name) == 0 ||
	       errno != ENOTEMPTY;
}

static bool
packed_free(const struct ref_store *store, const char *name)
{
	struct buf text = { 0 };
	struct err err;
	bool is;

	is = ref_store_packed(store, &text, &err) == 0 &&
	     !packed_conflicts(buf_text(&text), name);
	buf_clear(&text);

	return is;
}

/* Does HEAD name it? */
static bool
is_head(const struct ref_store *store, const char *name)
{
	char oid[OID_SIZE], *next = NULL;
	struct err err;
	bool is;

	is = ref_store_read(store, "HEAD", oid, &next, &err) == REF_SYMBOLIC &&
	     strcmp(next, name) == 0;
	free(next);

	return is;
}

/* D3 */
static int
add_lines(const struct ref_store *store, const struct ref_change *change,
    struct err *err)
{
	const char *from = change->from != NULL ? change->from : NULL_OID;

	if (reflog_add(store, change->name, from, change->to, change->message,
		err) == -1)
		return -1;

	return is_head(store, change->name)
		   ? reflog_add(store, "HEAD", from, change->to,
			 change->message, err)
		   : 0;
}

static int
put_value(const struct lock *lock, const char *oid, struct err *err)
{
	char line[OID_SIZE + 1];

	snprintf(line, sizeof(line), "%s\n", oid);
	if (io_write_at(lock->fd, 0, line, OID_SIZE) == -1 ||
	    fsync(lock->fd) == -1)
		return err_sys(err, EX_IOERR, "%s", lock->name);

	return 0;
}

static int
set(struct lock *lock, const struct ref_change *change, enum refs_moved *moved,
    struct err *err)
{
	const struct ref_store *store = lock->store;

	if (!folder_cleared(store, change->name) ||
	    (change->from == NULL && strchr(change->name, '/') != NULL &&
		!packed_free(store, change->name))) {
		*moved = REFS_CONFLICT;
		return 0;
	}
	if (put_value(lock, change->to, err) == -1 ||
	    add_lines(store, change, err) == -1)
		return -1;
	if (renameat(lock->folder, lock->lock, lock->folder, lock->last) == -1)
		return err_sys(err, EX_IOERR, "%s", change->name);
	lock->there = false;
	if (fsync(lock->folder) == -1)
		return err_sys(err, EX_IOERR, "%s", change->name);

	return 0;
}

/* Packed before loose: until that is gone the ref is as it was. */
static int
drop(struct lock *lock, const struct ref_change *change, enum refs_moved *moved,
    struct err *err)
{
	const struct ref_store *store = lock->store;

	if (strchr(change->name, '/') != NULL &&
	    ref_drop_packed(store, &change->name, 1, moved, err) == -1)
		return -1;
	if (*moved != REFS_MOVED)
		return 0;
	if ((unlinkat(lock->folder, lock->last, 0) == -1 && errno != ENOENT) ||
	    fsync(lock->folder) == -1 || reflog_drop(store, change->name) == -1)
		return ref_store_err(change->name, err);

	return 0;
}

/* 1; 0: it stands elsewhere; -1. */
static int
is_at(const struct ref_store *store, const struct ref_change *change,
    struct err *err)
{
	char oid[OID_SIZE], *next;
	int found = ref_store_read(store, change->name, oid, &next, err);

	free(next);
	if (found == -1)
		return -1;
	if (change->from == NULL)
		return found == REF_ABSENT;

	return found == REF_OID && strcmp(oid, change->from) == 0;
}

static int
update_locked(struct lock *lock, const struct ref_change *change,
    enum refs_moved *moved, struct err *err)
{
	int rc = is_at(lock->store, change, err);

	*moved = rc == 0 ? REFS_CHANGED : REFS_MOVED;
	if (rc != 1)
		return rc;

	return change->to != NULL ? set(lock, change, moved, err)
				  : drop(lock, change, moved, err);
}

int
ref_update(const struct ref_store *store, const struct ref_change *change,
    enum refs_moved *moved, struct err *err)
{
	struct lock lock = { store, change->name, .folder = -1, .fd = -1 };
	int rc = lock_take(&lock, moved, err);

	if (rc == 1)
		rc = update_locked(&lock, change, moved, err);
	if (unlock(&lock) == -1 && rc == 0)
		rc = err_sys(err, EX_IOERR, "%s.lock", change->name);
	if (rc == -1 || *moved != REFS_MOVED || change->to == NULL)
		ref_folder_drop(ref_store_folder(store, change->name),
		    change->name, 2);

	return rc;
}

/* `text` as PACKED_NEW, synced. */
static int
write_packed(const struct ref_store *store, const struct buf *text)
{
	int fd, rc;

	unlinkat(store->common_fd, PACKED_NEW, 0);
	fd = below_file(store->common_fd, PACKED_NEW,
	    O_WRONLY | O_CREAT | O_EXCL, 0666);
	if (fd == -1)
		return -1;
	rc = shared_adjust(store->shared, fd) == -1 ||
		     io_write_at(fd, 0, buf_text(text), text->len) == -1
		 ? -1
		 : fsync(fd);

	return below_done(fd, rc);
}

static bool
packed_is(const struct ref_store *store, const struct buf *was)
{
	struct buf now = { 0 };
	struct err err;
	bool is;

	is = ref_store_packed(store, &now, &err) == 0 && now.len == was->len &&
	     memcmp(buf_text(&now), buf_text(was), was->len) == 0;
	buf_clear(&now);

	return is;
}

/* The lock is a second name of PACKED_NEW: so it is known for ours. */
static int
swap_packed(const struct ref_store *store, const struct buf *was,
    enum refs_moved *moved)
{
	int fd = store->common_fd;

	if (linkat(fd, PACKED_NEW, fd, PACKED_LOCK, 0) == -1) {
		*moved = REFS_LOCKED;
		return errno == EEXIST ? 0 : -1;
	}
	*moved = packed_is(store, was) ? REFS_MOVED : REFS_CHANGED;
	if (*moved != REFS_MOVED)
		return unlinkat(fd, PACKED_LOCK, 0);
	if (renameat(fd, PACKED_LOCK, fd, PACKED) == -1)
		return -1;

	return fsync(fd);
}

static int
drop_packed_once(const struct ref_store *store, const char *const *names,
    size_t count, enum refs_moved *moved, struct err *err)
{
	struct buf was = { 0 }, now = { 0 };
	int rc = ref_store_packed(store, &was, err);

	*moved = REFS_MOVED;
	if (rc == 0 && packed_drop(buf_text(&was), names, count, &now)) {
		if (write_packed(store, &now) == -1 ||
		    swap_packed(store, &was, moved) == -1)
			rc = ref_store_err(PACKED, err);
		if (ref_tidy(store) == -1 && rc == 0)
			rc = ref_store_err(PACKED_NEW, err);
	}
	buf_clear(&was);
	buf_clear(&now);

	return rc;
}

int
ref_drop_packed(const struct ref_store *store, const char *const *names,
    size_t count, enum refs_moved *moved, struct err *err)
{
	int i, rc = 0;

	*moved = REFS_CHANGED;
	for (i = 0; rc == 0 && *moved == REFS_CHANGED && i < TRIES; i++)
		rc = drop_packed_once(store, names, count, moved, err);
	if (*moved == REFS_CHANGED)
		*moved = REFS_LOCKED;

	return rc;
}

int
ref_tidy(const struct ref_store *store)
{
	struct stat ours, lock;
	int fd = store->common_fd;

	if (fstatat(fd, PACKED_NEW, &ours, AT_SYMLINK_NOFOLLOW) == -1)
		return errno == ENOENT ? 0 : -1;
	if (fstatat(fd, PACKED_LOCK, &lock, AT_SYMLINK_NOFOLLOW) == 0 &&
	    lock.st_dev == ours.st_dev && lock.st_ino == ours.st_ino &&
	    unlinkat(fd, PACKED_LOCK, 0) == -1)
		return -1;

	return unlinkat(fd, PACKED_NEW, 0);
}
