#include "git/blob.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "git/target_in.h"
#include "store/io.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <nettle/sha1.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE (256u << 10) /* of a file that is hashed */

/* A filter program counts only where the configuration defines one. */
static bool
filter_is_defined(git_repository *repo, const char *name)
{
	static const char *const members[] = { "clean", "smudge", "process" };
	git_config *config = NULL;
	const char *value;
	char key[300];
	bool found = false;
	size_t i;

	if (git_repository_config_snapshot(&config, repo) < 0)
		return true;
	for (i = 0; !found && i < sizeof(members) / sizeof(*members); i++) {
		snprintf(key, sizeof(key), "filter.%s.%s", name, members[i]);
		found = git_config_get_string(&value, config, key) == 0;
	}
	git_config_free(config);

	return found;
}

int
blob_writable(struct target *target, enum target_side side, const char *path,
    const char **why, struct err *err)
{
	const char *names[] = { "filter", "working-tree-encoding" };
	const char *values[2] = { NULL, NULL };
	git_attr_options options = { .version = GIT_ATTR_OPTIONS_VERSION };
	git_repository *repo;

	*why = NULL;
	if (target_attr(target, side, &repo, err) == -1)
		return -1;
	if (git_attr_get_many_ext(values, repo, &options, path, 2, names) < 0)
		return lg_err(err, EX_DATAERR, "%s", path);
	if (git_attr_value(values[0]) == GIT_ATTR_VALUE_STRING &&
	    filter_is_defined(repo, values[0]))
		*why = names[0];
	else if (git_attr_value(values[1]) == GIT_ATTR_VALUE_STRING)
		*why = names[1];

	return *why == NULL;
}

static int
filters_of(struct target *target, enum target_side side, const char *path,
    git_blob *blob, git_filter_mode_t direction, git_filter_list **out,
    struct err *err)
{
	git_filter_options options = { .version = GIT_FILTER_OPTIONS_VERSION };
	git_repository *repo;

	*out = NULL;
	options.flags = GIT_FILTER_ALLOW_UNSAFE;
	if (target_attr(target, side, &repo, err) == -1)
		return -1;
	if (git_filter_list_load_ext(out, repo, blob, path, direction,
		&options) < 0)
		return lg_err(err, EX_DATAERR, "%s", path);

	return 0;
}

static int
write_bytes(int dir, const char *name, mode_t mode, const void *bytes,
    size_t len, struct err *err)
{
	int fd = openat(dir, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);

	if (fd == -1)
		return err_sys(err, EX_IOERR, "%s", name);
	if (io_write_at(fd, 0, bytes, len) == -1) {
		err_sys(err, EX_IOERR, "%s", name);
		close(fd);
		return -1;
	}
	if (close(fd) == -1)
		return err_sys(err, EX_IOERR, "%s", name);

	return 0;
}

static int
write_symlink(int dir, const char *name, git_blob *blob, struct err *err)
{
	size_t len = git_blob_rawsize(blob);
	char text[PATH_MAX];

	if (len == 0 || len >= sizeof(text) ||
	    memchr(git_blob_rawcontent(blob), '\0', len) != NULL)
		return err_set(err, EX_DATAERR,
		    "%s: a symlink that no file "
		    "system can hold",
		    name);
	memcpy(text, git_blob_rawcontent(blob), len);
	text[len] = '\0';
	if (symlinkat(text, dir, name) == -1)
		return err_sys(err, EX_IOERR, "%s", name);

	return 0;
}

static int
write_file(struct target *target, enum target_side side, const char *path,
    git_blob *blob, unsigned mode, int dir, const char *name, struct err *err)
{
	mode_t bits = mode == TARGET_PROGRAM ? 0777 : 0666;
	git_filter_list *filters;
	git_buf bytes = { 0 };
	int rc;

	if (filters_of(target, side, path, blob, GIT_FILTER_TO_WORKTREE,
		&filters, err) == -1)
		return -1;
	if (filters == NULL)
		return write_bytes(dir, name, bits, git_blob_rawcontent(blob),
		    git_blob_rawsize(blob), err);
	if (git_filter_list_apply_to_blob(&bytes, filters, blob) < 0)
		rc = lg_err(err, EX_DATAERR, "%s", path);
	else
		rc = write_bytes(dir, name, bits, bytes.ptr, bytes.size, err);
	git_buf_dispose(&bytes);
	git_filter_list_free(filters);

	return rc;
}

int
blob_write(struct target *target, enum target_side side, const char *path,
    const char *oid, unsigned mode, int dir, const char *name, struct err *err)
{
	git_blob *blob = NULL;
	git_oid id;
	int rc;

	if (lg_oid(&id, oid, err) == -1)
		return -1;
	if (git_blob_lookup(&blob, target->repo, &id) < 0)
		return lg_err(err, EX_DATAERR, "%s", path);
	if (mode == TARGET_SYMLINK)
		rc = write_symlink(dir, name, blob, err);
	else
		rc = write_file(target, side, path, blob, mode, dir, name, err);
	git_blob_free(blob);

	return rc;
}

static bool
is_blob(const void *bytes, size_t len, const git_oid *wanted)
{
	git_oid found;

	return git_odb_hash(&found, bytes, len, GIT_OBJECT_BLOB) == 0 &&
	       git_oid_equal(&found, wanted);
}

static int
same_symlink(int dir, const char *name, const git_oid *wanted, bool *same)
{
	char text[PATH_MAX];
	ssize_t len = readlinkat(dir, name, text, sizeof(text));

	*same = len >= 0 && is_blob(text, (size_t)len, wanted);

	return 0;
}

/* 1 the blob's very bytes, 0 others, -1 and errno. A piece at a time: a file
 * may be larger than memory. */
static int
is_blob_file(int fd, int64_t size, const git_oid *wanted)
{
	uint8_t found[SHA1_DIGEST_SIZE];
	struct sha1_ctx hash;
	char *piece, head[32];
	int64_t at = 0;
	ssize_t got;

	sha1_init(&hash);
	sha1_update(&hash,
	    (size_t)snprintf(head, sizeof(head), "blob %lld", (long long)size) +
		1,
	    (const uint8_t *)head);
	piece = xcalloc(1, PIECE);
	while ((got = pread(fd, piece, PIECE, at)) != 0) {
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			break;
		sha1_update(&hash, (size_t)got, (const uint8_t *)piece);
		at += got;
	}
	free(piece);
	if (got == -1)
		return -1;
	sha1_digest(&hash, sizeof(found), found);

	return at == size && memcmp(found, wanted->id, sizeof(found)) == 0;
}

/* Bytes that the clean filters turn into the blob are the blob's too. They
 * work in memory. */
static int
same_cleaned(struct target *target, enum target_side side, const char *path,
    int fd, const git_oid *wanted, bool *same, struct err *err)
{
	struct buf bytes = { 0 };
	git_filter_list *filters;
	git_buf cleaned = { 0 };
	int rc = 0;

	if (filters_of(target, side, path, NULL, GIT_FILTER_TO_ODB, &filters,
		err) == -1)
		return -1;
	if (filters == NULL)
		return 0;
	if (io_read_from(fd, 0, &bytes) == -1)
		rc = err_sys(err, EX_IOERR, "%s", path);
	else if (git_filter_list_apply_to_buffer(&cleaned, filters,
		     buf_text(&bytes), bytes.len) == 0)
		*same = is_blob(cleaned.ptr, cleaned.size, wanted);
	git_buf_dispose(&cleaned);
	git_filter_list_free(filters);
	buf_clear(&bytes);

	return rc;
}

static int
same_file(struct target *target, enum target_side side, const char *path,
    const git_oid *wanted, int dir, const char *name, bool *same,
    struct err *err)
{
	struct stat st;
	int fd, rc;

	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1 && errno == ENOENT)
		return 0;
	if (fd == -1)
		return err_sys(err, EX_IOERR, "%s", path);
	rc = fstat(fd, &st);
	if (rc == 0 && S_ISREG(st.st_mode))
		rc = is_blob_file(fd, st.st_size, wanted);
	if (rc == -1)
		err_sys(err, EX_IOERR, "%s", path);
	*same = rc == 1;
	if (rc == 0 && S_ISREG(st.st_mode))
		rc = same_cleaned(target, side, path, fd, wanted, same, err);
	close(fd);

	return rc == -1 ? -1 : 0;
}

static bool
mode_agrees(const struct target *target, const struct stat *st, unsigned mode)
{
	if (mode == TARGET_SYMLINK)
		return S_ISLNK(st->st_mode);
	if (!S_ISREG(st->st_mode))
		return false;

	return target->no_filemode ||
	       ((st->st_mode & S_IXUSR) != 0) == (mode == TARGET_PROGRAM);
}

int
blob_same(struct target *target, enum target_side side, const char *path,
    const char *oid, unsigned mode, int dir, const char *name, bool *same,
    struct err *err)
{
	struct stat st;
	git_oid id;

	*same = false;
	if (lg_oid(&id, oid, err) == -1)
		return -1;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1) {
		if (errno == ENOENT || errno == ENOTDIR)
			return 0;
		return err_sys(err, EX_IOERR, "%s", path);
	}
	if (!mode_agrees(target, &st, mode))
		return 0;
	if (mode == TARGET_SYMLINK)
		return same_symlink(dir, name, &id, same);

	return same_file(target, side, path, &id, dir, name, same, err);
}
