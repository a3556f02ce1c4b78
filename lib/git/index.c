#include "git/index.h"
#include "base/alloc.h"
#include "git/index_scan.h"
#include "git/names.h"
#include "store/io.h"
#include <fcntl.h>
#include <nettle/sha1.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of an entry, in bytes from its beginning. */
enum known_at {
	AT_CTIME = 0,
	AT_MTIME = 8,
	AT_DEV = 16,
	AT_INO = 20,
	AT_UID = 28,
	AT_GID = 32,
	AT_SIZE = 36
};

static void
put_number(unsigned char *at, uint64_t number)
{
	at[0] = (unsigned char)(number >> 24);
	at[1] = (unsigned char)(number >> 16);
	at[2] = (unsigned char)(number >> 8);
	at[3] = (unsigned char)number;
}

static void
put_time(unsigned char *at, const struct timespec *when)
{
	put_number(at, (uint64_t)when->tv_sec);
	put_number(at + 4, (uint64_t)when->tv_nsec);
}

static bool
is_number(const unsigned char *at, uint64_t number)
{
	return index_number(at) == (uint32_t)number;
}

static bool
is_time(const unsigned char *at, const struct timespec *when)
{
	return is_number(at, (uint64_t)when->tv_sec) &&
	       is_number(at + 4, (uint64_t)when->tv_nsec);
}

/* All but the ctime. */
static bool
knows_file(const unsigned char *known, const struct stat *st)
{
	return is_time(known + AT_MTIME, &st->st_mtim) &&
	       is_number(known + AT_INO, st->st_ino) &&
	       is_number(known + AT_UID, st->st_uid) &&
	       is_number(known + AT_GID, st->st_gid) &&
	       is_number(known + AT_SIZE, (uint64_t)st->st_size);
}

bool
index_knows(const struct target_change *change, const struct stat *st)
{
	return knows_file(change->known, st) &&
	       is_time(change->known + AT_CTIME, &st->st_ctim);
}

/* One index being read: its entry in hand, none behind the last. */
struct side {
	struct index_scan scan;
	struct index_entry entry;
	int found; /* as index_scan_next() has it */
};

static int
side_next(struct side *side, bool *converts, struct err *err)
{
	static const char attributes[] = ".gitattributes";
	const char *name;

	side->found = index_scan_next(&side->scan, &side->entry);
	if (side->found == 0)
		return 0;
	if (side->found == -1)
		return err_set(err, EX_DATAERR, "index: it is damaged");
	if (!names_path_safe(side->entry.path))
		return err_set(err, EX_DATAERR,
		    "index: %s: a path that no checkout may hold",
		    side->entry.path);
	if (side->entry.stage != 0)
		return err_set(err, EX_DATAERR, "index: %s: has a conflict",
		    side->entry.path);
	name = strrchr(side->entry.path, '/');
	name = name != NULL ? name + 1 : side->entry.path;
	*converts |= strcmp(name, attributes) == 0;

	return 0;
}

static int
side_begin(struct side *side, const struct buf *bytes, bool *converts,
    struct err *err)
{
	*side = (struct side){ 0 };
	if (bytes->len == 0)
		return 0;
	if (index_scan_begin(&side->scan, bytes) == -1)
		return err_set(err, EX_DATAERR, "index: of an unknown kind");

	return side_next(side, converts, err);
}

static void
hex_of(char out[OID_SIZE], const unsigned char *oid)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < (OID_SIZE - 1) / 2; i++) {
		out[2 * i] = digits[oid[i] >> 4];
		out[2 * i + 1] = digits[oid[i] & 15];
	}
	out[OID_SIZE - 1] = '\0';
}

static void
take_old(struct target_change *change, const struct index_entry *entry)
{
	change->old_mode = entry->mode;
	hex_of(change->old_oid, entry->raw + INDEX_OID_AT);
	memcpy(change->known, entry->raw, INDEX_STAT_SIZE);
}

static void
take_new(struct target_change *change, const struct index_entry *entry)
{
	change->new_mode = entry->mode;
	hex_of(change->new_oid, entry->raw + INDEX_OID_AT);
}

static void
add_change(struct target_changes *out, const struct index_entry *old,
    const struct index_entry *new)
{
	struct target_change *change;

	if (old != NULL && new != NULL &&
	    old->mode ==
		new->mode &&memcmp(old->raw + INDEX_OID_AT,
		    new->raw + INDEX_OID_AT, INDEX_OID_SIZE) == 0)
		return;
	out->list =
	    xgrow(out->list, out->count, &out->cap, sizeof(out->list[0]));
	change = &out->list[out->count++];
	*change = (struct target_change){
		.path = xstrdup(old != NULL ? old->path : new->path)
	};
	if (old != NULL)
		take_old(change, old);
	if (new != NULL)
		take_new(change, new);
}

/* Which of the two is first? Both where they are at the same path. */
static int
side_order(const struct side *old, const struct side *new)
{
	if (old->found == 0 || new->found == 0)
		return new->found - old->found;

	return strcmp(old->entry.path, new->entry.path);
}

int
index_compare(struct target_changes *out, const struct buf *old_bytes,
    const struct buf *new_bytes, bool *converts, struct err *err)
{
	struct side old, new;
	int order, rc;

	*out = (struct target_changes){ 0 };
	*converts = false;
	rc = side_begin(&old, old_bytes, converts, err);
	if (side_begin(&new, new_bytes, converts, err) == -1)
		rc = -1;
	while (rc == 0 && (old.found == 1 || new.found == 1)) {
		order = side_order(&old, &new);
		add_change(out, order <= 0 ? &old.entry : NULL,
		    order >= 0 ? &new.entry : NULL);
		if (order <= 0)
			rc = side_next(&old, converts, err);
		if (rc == 0 && order >= 0)
			rc = side_next(&new, converts, err);
	}
	index_scan_end(&old.scan);
	index_scan_end(&new.scan);
	if (rc == -1)
		target_changes_clear(out);

	return rc;
}

static int
by_path(const void *a, const void *b)
{
	const struct index_file *one = a, *two = b;

	return strcmp(one->path, two->path);
}

void
index_files_sort(struct index_file *files, size_t count)
{
	if (count > 0)
		qsort(files, count, sizeof(*files), by_path);
}

static void
stamp_entry(unsigned char *raw, const struct stat *st, enum index_stamp how)
{
	if (how == INDEX_STAMP_CTIME && !knows_file(raw, st))
		return;
	put_time(raw + AT_CTIME, &st->st_ctim);
	put_time(raw + AT_MTIME, &st->st_mtim);
	put_number(raw + AT_DEV, st->st_dev);
	put_number(raw + AT_INO, st->st_ino);
	put_number(raw + AT_UID, st->st_uid);
	put_number(raw + AT_GID, st->st_gid);
	put_number(raw + AT_SIZE, (uint64_t)st->st_size);
}

/* Is any entry besides as young as the index, by git's seconds? */
static int
stamp_entries(struct buf *bytes, const struct index_file *files, size_t count,
    enum index_stamp how, time_t written, bool *racy, struct err *err)
{
	struct index_entry entry;
	struct index_scan scan;
	size_t i = 0;
	int found, order;

	if (index_scan_begin(&scan, bytes) == -1)
		return err_set(err, EX_DATAERR, "index: of an unknown kind");
	while ((found = index_scan_next(&scan, &entry)) == 1) {
		order = -1;
		while (i < count &&
		       (order = strcmp(files[i].path, entry.path)) < 0)
			i++;
		if (order == 0 && i < count && files[i].st.st_ino != 0)
			stamp_entry((unsigned char *)bytes->data +
					(entry.raw - scan.start),
			    &files[i].st, how);
		else if (index_number(entry.raw + AT_MTIME) >=
			 (uint32_t)written)
			*racy = true;
	}
	index_scan_end(&scan);

	return found == 0 ? 0
			  : err_set(err, EX_DATAERR, "index: it is damaged");
}

/* Where index.skipHash left it out it stays out. */
static void
sign_bytes(struct buf *bytes)
{
	static const uint8_t none[SHA1_DIGEST_SIZE];
	size_t len = bytes->len - SHA1_DIGEST_SIZE;
	uint8_t *sum = (uint8_t *)bytes->data + len;
	struct sha1_ctx hash;

	if (memcmp(sum, none, sizeof(none)) == 0)
		return;
	sha1_init(&hash);
	sha1_update(&hash, len, (const uint8_t *)bytes->data);
	sha1_digest(&hash, SHA1_DIGEST_SIZE, sum);
}

static int
stamp_file(int fd, const struct index_file *files, size_t count,
    enum index_stamp how, struct err *err)
{
	struct timespec times[2] = { { 0, UTIME_OMIT } };
	bool keep = how == INDEX_STAMP_CTIME;
	struct buf bytes = { 0 };
	struct stat st;
	int rc = 0;

	if (fstat(fd, &st) == -1 || io_read_from(fd, 0, &bytes) == -1)
		rc = err_sys(err, EX_IOERR, "index");
	if (rc == 0)
		rc = stamp_entries(&bytes, files, count, how, st.st_mtim.tv_sec,
		    &keep, err);
	if (rc == 0) {
		sign_bytes(&bytes);
		times[1] = st.st_mtim;
		if (io_write_at(fd, 0, bytes.data, bytes.len) == -1 ||
		    (keep && futimens(fd, times) == -1))
			rc = err_sys(err, EX_IOERR, "index");
	}
	buf_clear(&bytes);

	return rc;
}

int
index_stamp(int dir, const char *name, const struct index_file *files,
    size_t count, enum index_stamp how, struct err *err)
{
	int fd = openat(dir, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC), rc;

	if (fd == -1)
		return err_sys(err, EX_IOERR, "%s", name);
	rc = stamp_file(fd, files, count, how, err);
	if (close(fd) == -1 && rc == 0)
		rc = err_sys(err, EX_IOERR, "%s", name);

	return rc;
}
