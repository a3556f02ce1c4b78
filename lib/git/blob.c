#include "git/blob.h"
#include "base/alloc.h"
#include "base/buf.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <nettle/sha1.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE (256u << 10) /* of a file that is hashed */

unsigned
blob_mode(const struct stat *st)
{
	if (S_ISLNK(st->st_mode))
		return TARGET_SYMLINK;
	if (!S_ISREG(st->st_mode))
		return TARGET_ABSENT;

	return (st->st_mode & S_IXUSR) != 0 ? TARGET_PROGRAM : TARGET_FILE;
}

static void
hash_begin(struct sha1_ctx *hash, long long size)
{
	char head[32];
	int len = snprintf(head, sizeof(head), "blob %lld", size);

	sha1_init(hash);
	sha1_update(hash, (size_t)len + 1, (const uint8_t *)head);
}

static void
hash_end(struct sha1_ctx *hash, char oid[OID_SIZE])
{
	uint8_t sum[SHA1_DIGEST_SIZE];
	size_t i;

	sha1_digest(hash, sizeof(sum), sum);
	for (i = 0; i < sizeof(sum); i++)
		snprintf(oid + 2 * i, 3, "%02x", sum[i]);
}

static int
hash_symlink(int dir, const char *name, char oid[OID_SIZE])
{
	struct sha1_ctx hash;
	char text[PATH_MAX];
	ssize_t len = readlinkat(dir, name, text, sizeof(text));

	if (len == -1)
		return -1;
	hash_begin(&hash, len);
	sha1_update(&hash, (size_t)len, (const uint8_t *)text);
	hash_end(&hash, oid);

	return 0;
}

/* A piece at a time: a file may be larger than memory. One that grows or
 * shrinks meanwhile gets an id that is no blob's. */
static int
hash_file(int fd, long long size, char oid[OID_SIZE])
{
	struct sha1_ctx hash;
	off_t at = 0;
	ssize_t got;
	char *piece = xcalloc(1, PIECE);

	hash_begin(&hash, size);
	while ((got = pread(fd, piece, PIECE, at)) != 0) {
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			break;
		sha1_update(&hash, (size_t)got, (const uint8_t *)piece);
		at += got;
	}
	free(piece);
	hash_end(&hash, oid);

	return got == -1 ? -1 : 0;
}

static int
hash_regular(int dir, const char *name, char oid[OID_SIZE], unsigned *mode)
{
	struct stat st;
	int fd, rc, saved;

	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1)
		return -1;
	rc = fstat(fd, &st);
	*mode = rc == 0 ? blob_mode(&st) : TARGET_ABSENT;
	if (rc == 0 && *mode != TARGET_ABSENT)
		rc = hash_file(fd, st.st_size, oid);
	saved = errno;
	close(fd);
	errno = saved;

	return rc;
}

int
blob_of(int dir, const char *name, char oid[OID_SIZE], unsigned *mode,
    struct err *err)
{
	struct stat st;
	int rc;

	oid[0] = '\0';
	*mode = TARGET_ABSENT;
	rc = fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW);
	if (rc == 0)
		*mode = blob_mode(&st);
	if (rc == 0 && *mode == TARGET_SYMLINK)
		rc = hash_symlink(dir, name, oid);
	else if (rc == 0 && *mode != TARGET_ABSENT)
		rc = hash_regular(dir, name, oid, mode);
	if (rc == -1 && (errno == ENOENT || errno == ENOTDIR)) {
		*mode = TARGET_ABSENT;
		return 0;
	}

	return rc == -1 ? err_sys(err, EX_IOERR, "%s", name) : 0;
}

int
blob_same(int dir, const char *name, const char *oid, unsigned mode, bool *same,
    struct err *err)
{
	char found[OID_SIZE];
	unsigned is;

	*same = false;
	if (blob_of(dir, name, found, &is, err) == -1)
		return -1;
	*same = is == mode && strcmp(found, oid) == 0;

	return 0;
}
