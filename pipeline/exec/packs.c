#include "base/alloc.h"
#include "folder.h"
#include "prepare.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* pack-HEX.END, as git names packs. */
static bool
is_pack(const char *name, const char *end)
{
	size_t hex;

	if (strncmp(name, "pack-", 5) != 0)
		return false;
	hex = strspn(name + 5, "0123456789abcdef");

	return hex == 40 && strcmp(name + 5 + hex, end) == 0;
}

static int
copy_bytes(int in, int out)
{
	ssize_t moved;

	do
		moved = copy_file_range(in, NULL, out, NULL, 1u << 30, 0);
	while (moved > 0);
	if (moved == -1 && (errno == EXDEV || errno == EINVAL)) {
		char block[65536];

		if (lseek(in, 0, SEEK_SET) == -1 || ftruncate(out, 0) == -1 ||
		    lseek(out, 0, SEEK_SET) == -1)
			return -1;
		while ((moved = read(in, block, sizeof(block))) > 0)
			if (write(out, block, (size_t)moved) != moved)
				return -1;
	}

	return moved == -1 ? -1 : fsync(out);
}

/* Another device: copy beside, then name it. */
static int
copy_pack(int from, const char *name, int to, const char *temporary)
{
	int in = openat(from, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	int out, rc = -1, saved;

	unlinkat(to, temporary, 0);
	out = openat(to, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    0444);
	if (in != -1 && out != -1 && copy_bytes(in, out) == 0)
		rc = renameat(to, temporary, to, name);
	saved = errno;
	if (rc == -1)
		unlinkat(to, temporary, 0);
	if (in != -1)
		close(in);
	if (out != -1)
		close(out);
	errno = saved;

	return rc;
}

/* Before the pack is there: whoever lists the packs finds it kept. One that is
 * kept by somebody else needs no more. */
static int
keep_pack(struct apply *apply, const char *name, int to)
{
	char *keep = xasprintf("%.*s.keep", (int)(strlen(name) - 5), name);
	int rc = 0;

	if (linkat(apply->token_fd, "keep", to, keep, 0) == -1 &&
	    errno != EEXIST)
		rc = apply_fail_sys(apply, keep);
	free(keep);

	return rc;
}

/* The name of a copy that is not whole yet; the caller's to free. */
static char *
temporary_of(const struct apply *apply)
{
	return xasprintf("tmp_pack_hermes_%s", apply->name);
}

static int
land_pack(struct apply *apply, int from, const char *name, int to)
{
	char *temporary;
	int rc;

	if (linkat(from, name, to, name, 0) == 0 || errno == EEXIST) {
		utimensat(to, name, NULL, 0); /* git gc spares what is young */
		return 0;
	}
	if (errno != EXDEV && errno != EPERM && errno != EMLINK)
		return apply_fail_sys(apply, name);
	temporary = temporary_of(apply);
	rc = copy_pack(from, name, to, temporary);
	free(temporary);

	return rc == -1 ? apply_fail_sys(apply, name) : 0;
}

static int
land_all(struct apply *apply, int from, int to, const char *end)
{
	DIR *dir = fdopendir(dup(from));
	struct dirent *entry;
	int rc = 0;

	if (dir == NULL)
		return apply_fail_sys(apply, apply->staging);
	rewinddir(dir);
	while (rc == 0 && (entry = readdir(dir)) != NULL)
		if (is_pack(entry->d_name, end) &&
		    (strcmp(end, ".pack") != 0 ||
			(rc = keep_pack(apply, entry->d_name, to)) == 0))
			rc = land_pack(apply, from, entry->d_name, to);
	closedir(dir);

	return rc;
}

static int
open_packs(const struct apply *apply)
{
	return openat(apply->common_fd, "objects/pack",
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* A pack before its index: nobody opens the one without the other. */
static int
land_packs(struct apply *apply, int from)
{
	struct err err;
	int to, rc;

	if (mkdirat(apply->common_fd, "objects/pack", 0777) == -1 &&
	    errno != EEXIST)
		return apply_fail_sys(apply, "objects/pack");
	if (folder_write(apply->token_fd, "keep", "hermes\n", 7, &err) == -1)
		return apply_fail(apply, &err);
	to = open_packs(apply);
	if (to == -1)
		return apply_fail_sys(apply, "objects/pack");
	rc = land_all(apply, from, to, ".pack");
	if (rc == 0)
		rc = land_all(apply, from, to, ".idx");
	if (rc == 0 && fsync(to) == -1)
		rc = apply_fail_sys(apply, "objects/pack");
	close(to);

	return rc;
}

int
prepare_packs(struct apply *apply)
{
	char *path;
	int from, rc;

	if (apply->staging == NULL)
		return 0;
	path = xasprintf("%s/objects/pack", apply->staging);
	from = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (from == -1)
		rc = errno == ENOENT ? 0 : apply_fail_sys(apply, path);
	else
		rc = land_packs(apply, from);
	if (from != -1)
		close(from);
	free(path);

	return rc;
}

static bool
ends_keep(const char *name)
{
	size_t len = strlen(name);

	return len > 5 && strcmp(name + len - 5, ".keep") == 0;
}

/* What a copy that was killed left. */
static int
remove_temporary(const struct apply *apply, int packs)
{
	char *name = temporary_of(apply);
	int rc = unlinkat(packs, name, 0);

	free(name);

	return rc == -1 && errno == ENOENT ? 0 : rc;
}

int
packs_release(struct apply *apply)
{
	struct dirent *entry;
	DIR *dir;
	int fd, rc;

	if (apply->token_fd == -1 || folder_inode(apply->token_fd, "keep") == 0)
		return 0;
	fd = open_packs(apply);
	dir = fd == -1 ? NULL : fdopendir(fd);
	if (dir == NULL)
		return -1;
	rc = remove_temporary(apply, fd);
	while (rc == 0 && (entry = readdir(dir)) != NULL)
		if (ends_keep(entry->d_name) &&
		    folder_same(apply->token_fd, "keep", fd, entry->d_name))
			rc = unlinkat(fd, entry->d_name, 0);
	closedir(dir);

	return rc;
}
