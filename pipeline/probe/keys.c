#include "keys.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "json/value.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEYS_MAX ((size_t)64 << 20)
#define CHUNK ((size_t)64 << 10)

struct checkout {
	dev_t device;
	ino_t inode;
	const char *repo_key;
};

struct checkouts {
	const struct fleet *fleet;
	struct checkout *items; /* owned; sorted by what they are */
	size_t count;
};

/* What the checks of one file need to know. */
struct reading {
	const char *place; /* "policy: keyring" */
	const char *path;
	struct checkouts *checkouts;
	struct err *err;
};

static int
refuse(const struct reading *in, const char *why, const char *what)
{
	return err_set(in->err, EX_CONFIG, "%s: %s: %s%s", in->place, in->path,
	    why, what);
}

/* Only its owner, us or root, may write it; others to a folder that is
 * sticky, as /tmp is, but not rename what is ours there. */
static int
check_owner(const struct reading *in, const char *path, const struct stat *st)
{
	bool sticky = S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX);

	if (st->st_uid != 0 && st->st_uid != geteuid())
		return refuse(in, "neither ours nor root's: ", path);
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) && !sticky)
		return refuse(in, "writable by others: ", path);

	return 0;
}

static int
by_id(const void *a, const void *b)
{
	const struct checkout *one = a, *two = b;

	if (one->device != two->device)
		return one->device < two->device ? -1 : 1;

	return one->inode < two->inode ? -1 : one->inode > two->inode;
}

/* Only where some file has to be held against them. */
static void
checkouts_find(struct checkouts *checkouts)
{
	const struct fleet *fleet = checkouts->fleet;
	struct checkout *one;
	struct stat st;
	size_t i;

	checkouts->items = xcalloc(fleet->count + 1, sizeof(*one));
	for (i = 0; i < fleet->count; i++) {
		if (stat(fleet->repos[i].path, &st) == -1)
			continue;
		one = &checkouts->items[checkouts->count++];
		*one = (struct checkout){ st.st_dev, st.st_ino,
			fleet->repos[i].repo_key };
	}
	qsort(checkouts->items, checkouts->count, sizeof(*one), by_id);
}

/* The repository whose checkout the folder is, or NULL. */
static const char *
checkout_at(const struct checkouts *checkouts, const struct stat *st)
{
	struct checkout key = { st->st_dev, st->st_ino, NULL }, *found;

	found = bsearch(&key, checkouts->items, checkouts->count, sizeof(key),
	    by_id);

	return found ? found->repo_key : NULL;
}

/* Every folder above `real`, by what it is and not by its name. */
static int
check_folders(const struct reading *in, char *real)
{
	const char *repo_key;
	struct stat st;
	char *slash;

	while ((slash = strrchr(real, '/'))) {
		*slash = '\0';
		if (stat(*real ? real : "/", &st) == -1)
			return refuse(in, strerror(errno), "");
		if (check_owner(in, *real ? real : "/", &st) == -1)
			return -1;
		repo_key = checkout_at(in->checkouts, &st);
		if (repo_key)
			return refuse(in,
			    "an upstream commit could change it: it is in "
			    "the checkout of ",
			    repo_key);
	}

	return 0;
}

/* Where it really is; the caller's, or NULL. */
static char *
check_place(const struct reading *in)
{
	char *real = realpath(in->path, NULL);
	char *folders;
	int rc;

	if (!real) {
		refuse(in, strerror(errno), "");
		return NULL;
	}
	folders = xstrdup(real);
	rc = check_folders(in, folders);
	free(folders);
	if (rc == 0)
		return real;
	free(real);

	return NULL;
}

static int
read_all(const struct reading *in, int fd, struct buf *bytes)
{
	ssize_t got;

	do {
		buf_reserve(bytes, CHUNK);
		got = read(fd, bytes->data + bytes->len, CHUNK);
		if (got > 0)
			bytes->len += (size_t)got;
	} while (got > 0 && bytes->len <= KEYS_MAX);
	if (got == -1)
		return refuse(in, strerror(errno), "");
	if (bytes->len > KEYS_MAX)
		return refuse(in, "larger than 64 MiB", "");
	if (bytes->len == 0)
		return refuse(in, "empty", "");
	bytes->data[bytes->len] = '\0';

	return 0;
}

/* gpgv takes what `gpg --export` writes, not what --armor makes of it. */
static int
check_bytes(const struct reading *in, const struct buf *bytes)
{
	if (strncmp(bytes->data, "-----BEGIN ", 11) == 0)
		return refuse(in, "armored: expected what gpg --export writes",
		    " without --armor");

	return 0;
}

static int
read_file(const struct reading *in, const char *real, struct buf *bytes)
{
	struct stat st;
	int rc = -1,
	    fd = open(real, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd == -1 || fstat(fd, &st) == -1)
		refuse(in, strerror(errno), "");
	else if (!S_ISREG(st.st_mode))
		refuse(in, "not a regular file", "");
	else if (check_owner(in, real, &st) == 0 &&
		 read_all(in, fd, bytes) == 0)
		rc = check_bytes(in, bytes);
	if (fd != -1)
		close(fd);

	return rc;
}

/* Memory that nobody can write any more; -1. */
static int
seal(const struct buf *bytes)
{
	int fd = memfd_create("keys", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	size_t put = 0;
	ssize_t one = 1;

	while (fd != -1 && one > 0 && put < bytes->len) {
		one = write(fd, bytes->data + put, bytes->len - put);
		put += one > 0 ? (size_t)one : 0;
	}
	if (fd == -1 ||
	    (put == bytes->len && fcntl(fd, F_ADD_SEALS,
				      F_SEAL_WRITE | F_SEAL_GROW |
					  F_SEAL_SHRINK | F_SEAL_SEAL) == 0))
		return fd;
	close(fd);

	return -1;
}

static int
keep(struct keys *keys, const struct reading *in, const struct buf *bytes)
{
	struct keys_file *file;
	struct hash hash;
	int fd = seal(bytes);

	if (fd == -1)
		return err_sys(in->err, EX_IOERR, "%s", in->path);
	keys->files =
	    xgrow(keys->files, keys->count, &keys->cap, sizeof(*file));
	file = &keys->files[keys->count++];
	file->path = xstrdup(in->path);
	file->fd = fd;
	hash_init(&hash);
	hash_add(&hash, bytes->data, bytes->len);
	hash_named(&hash, file->hash);

	return 0;
}

static const struct keys_file *
find(const struct keys *keys, const char *path)
{
	size_t i;

	for (i = 0; path && i < keys->count; i++)
		if (strcmp(keys->files[i].path, path) == 0)
			return &keys->files[i];

	return NULL;
}

static int
add(struct keys *keys, const struct reading *in)
{
	struct buf bytes = { 0 };
	char *real;
	int rc = -1;

	if (find(keys, in->path))
		return 0;
	if (!in->checkouts->items)
		checkouts_find(in->checkouts);
	if (keys->count == KEYS_FILES_MAX)
		return refuse(in, "more than 256 files of keys", "");
	real = check_place(in);
	if (real && read_file(in, real, &bytes) == 0)
		rc = keep(keys, in, &bytes);
	buf_clear(&bytes);
	free(real);

	return rc;
}

static int
add_both(struct keys *keys, const char *place,
    const struct signature_rule *rule, struct checkouts *checkouts,
    struct err *err)
{
	struct reading in = { .checkouts = checkouts, .err = err };
	const char *const names[] = { "allowed_signers", "keyring" };
	const char *const paths[] = { rule->allowed_signers, rule->keyring };
	char *named;
	int i, rc = 0;

	for (i = 0; i < 2 && rc == 0; i++) {
		if (!paths[i])
			continue;
		named = xasprintf("%s%s", place, names[i]);
		in.place = named;
		in.path = paths[i];
		rc = add(keys, &in);
		free(named);
	}

	return rc;
}

static int
add_own(struct keys *keys, const struct fleet_repo *repo, const char *in,
    struct checkouts *checkouts, struct err *err)
{
	struct signature_rule rule;
	struct json *own;
	char *place;
	int rc;

	if (!strstr(repo->policy, "allowed_signers") &&
	    !strstr(repo->policy, "keyring"))
		return 0;
	own = json_parse_checked(repo->policy, strlen(repo->policy), err);
	rule = signature_rule_of(own);
	place = xasprintf("%s: %s: policy.", in, repo->repo_key);
	rc = add_both(keys, place, &rule, checkouts, err);
	free(place);
	json_free(own);

	return rc;
}

int
keys_read(struct keys *keys, const struct policy *policy, const char *place,
    const struct fleet *fleet, const char *fleet_place, struct err *err)
{
	struct signature_rule rule = policy_signature(policy);
	char *named = xasprintf("%s: ", place);
	struct checkouts checkouts = { 0 };
	size_t i;
	int rc;

	checkouts.fleet = fleet;
	rc = add_both(keys, named, &rule, &checkouts, err);
	for (i = 0; i < fleet->count && rc == 0; i++)
		rc = add_own(keys, &fleet->repos[i], fleet_place, &checkouts,
		    err);
	free(checkouts.items);
	free(named);

	return rc;
}

struct keys_pair
keys_of(const struct keys *keys, const struct signature_rule *rule)
{
	return (struct keys_pair){ find(keys, rule->allowed_signers),
		find(keys, rule->keyring) };
}

void
keys_clear(struct keys *keys)
{
	size_t i;

	for (i = 0; i < keys->count; i++) {
		free(keys->files[i].path);
		close(keys->files[i].fd);
	}
	free(keys->files);
	*keys = (struct keys){ 0 };
}
