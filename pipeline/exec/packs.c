#include "base/alloc.h"
#include "born.h"
#include "folder.h"
#include "git/refs.h"
#include "git/shared.h"
#include "join.h"
#include "loose.h"
#include "packidx.h"
#include "prepare.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEEP "keep"

/* Where packs come from, and where they go. */
struct landing {
	struct apply *apply;
	int to;
};

/* A name beside it: pack-HEX with another end. The caller's. */
static char *
beside(const char *name, const char *end)
{
	return xasprintf("%.*s%s", (int)(strrchr(name, '.') - name), name, end);
}

/* Before the pack is there: whoever lists the packs finds it kept. One that is
 * kept by somebody else needs no more. */
static int
keep_pack(const struct landing *landing, const char *name)
{
	struct apply *apply = landing->apply;
	char *keep = beside(name, ".keep");
	int rc = 0;

	if (linkat(apply->token_fd, KEEP, landing->to, keep, 0) == -1 &&
	    errno != EEXIST)
		rc = apply_fail_sys(apply, keep);
	free(keep);

	return rc;
}

/* As git makes one: read-only, for whom the umask and the folder say. */
static int
land_file(void *ctx, int from, const char *name)
{
	const struct landing *landing = ctx;
	struct apply *apply = landing->apply;
	struct born born = { .nursery = apply->token_fd,
		.mode = 0444,
		.shared = refs_store(apply->target)->shared };

	if (born_put(&born, from, name, landing->to, name) == -1)
		return apply_fail_sys(apply, name);
	utimensat(landing->to, name, NULL, 0); /* git gc spares what is young */

	return 0;
}

static int
land_pack(void *ctx, int from, const char *name)
{
	const struct landing *landing = ctx;

	if (folder_inode(landing->to, name) == 0)
		join_note(landing->apply, name);
	if (keep_pack(landing, name) == -1)
		return -1;

	return land_file(ctx, from, name);
}

static int
land_all(struct apply *apply, int from, int to)
{
	struct landing landing = { apply, to };

	if (packidx_each(from, ".pack", land_pack, &landing) == 0 &&
	    packidx_each(from, ".idx", land_file, &landing) == 0)
		return 0;

	return apply->verdict == VERDICT_NONE
		   ? apply_fail_sys(apply, apply->staging)
		   : -1;
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
int
packs_land(struct apply *apply, int from)
{
	struct err err;
	int to, rc;

	if (folder_write(apply->token_fd, KEEP, "hermes\n", 7, &err) == -1)
		return apply_fail(apply, &err);
	to = make_packs(apply) == -1 ? -1 : open_packs(apply);
	if (to == -1)
		return apply_fail_sys(apply, "objects/pack");
	rc = land_all(apply, from, to);
	if (rc == 0 && fsync(to) == -1)
		rc = apply_fail_sys(apply, "objects/pack");
	close(to);

	return rc;
}

static int
land(struct apply *apply, int from)
{
	int rc = loose_fits(apply, from) ? loose_land(apply, from) : 0;

	if (rc == 0)
		return packs_land(apply, from);

	return rc == -1 ? -1 : 0;
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
		rc = land(apply, from);
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

	if (apply->token_fd == -1 || folder_inode(apply->token_fd, KEEP) == 0)
		return 0;
	fd = open_packs(apply);
	dir = fd == -1 ? NULL : fdopendir(fd);
	if (dir == NULL)
		return -1;
	while (rc == 0 && (entry = readdir(dir)) != NULL)
		if (ends_keep(entry->d_name) &&
		    folder_same(apply->token_fd, KEEP, fd, entry->d_name))
			rc = unlinkat(fd, entry->d_name, 0);
	closedir(dir);

	return rc;
}
