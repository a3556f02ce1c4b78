#include "base/alloc.h"
#include "born.h"
#include "folder.h"
#include "git/refs.h"
#include "git/shared.h"
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

/* As git makes one: read-only, for whom the umask and the folder say. */
static int
land_pack(struct apply *apply, int from, const char *name, int to)
{
	struct born born = { .nursery = apply->token_fd,
		.mode = 0444,
		.shared = refs_store(apply->target)->shared };

	if (born_put(&born, from, name, to, name) == -1)
		return apply_fail_sys(apply, name);
	utimensat(to, name, NULL, 0); /* git gc spares what is young */

	return 0;
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

static int
make_packs(struct apply *apply)
{
	if (mkdirat(apply->common_fd, "objects/pack", 0777) == -1)
		return errno == EEXIST ? 0 : -1;

	return shared_adjust_folder(refs_store(apply->target)->shared,
	    apply->common_fd, "objects/pack");
}

/* A pack before its index: nobody opens the one without the other. */
static int
land_packs(struct apply *apply, int from)
{
	struct err err;
	int to, rc;

	if (folder_write(apply->token_fd, "keep", "hermes\n", 7, &err) == -1)
		return apply_fail(apply, &err);
	to = make_packs(apply) == -1 ? -1 : open_packs(apply);
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

int
packs_release(struct apply *apply)
{
	struct dirent *entry;
	DIR *dir;
	int fd, rc = 0;

	if (apply->token_fd == -1 || folder_inode(apply->token_fd, "keep") == 0)
		return 0;
	fd = open_packs(apply);
	dir = fd == -1 ? NULL : fdopendir(fd);
	if (dir == NULL)
		return -1;
	while (rc == 0 && (entry = readdir(dir)) != NULL)
		if (ends_keep(entry->d_name) &&
		    folder_same(apply->token_fd, "keep", fd, entry->d_name))
			rc = unlinkat(fd, entry->d_name, 0);
	closedir(dir);

	return rc;
}
