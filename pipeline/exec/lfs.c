#include "lfs.h"
#include "base/alloc.h"
#include "born.h"
#include "folder.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FROM "git/lfs/objects"
#define TO "lfs/objects"

/* Every folder above `path`, below the common dir. */
static int
make_above(struct apply *apply, char *path)
{
	char *slash;
	int rc = 0;

	for (slash = strchr(path, '/'); rc == 0 && slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (folder_mkdir(apply->common_fd, path, 0777) == -1 &&
		    errno != EEXIST)
			rc = -1;
		*slash = '/';
	}

	return rc;
}

static int
land_one(void *ctx, const char *path, bool is_folder)
{
	struct apply *apply = ctx;
	struct born born = { .nursery = apply->token_fd };
	char *to;
	int rc;

	if (is_folder)
		return 0;
	to = xasprintf(TO "%s", path + strlen(FROM));
	rc = make_above(apply, to);
	if (rc == 0)
		rc = born_put(&born, apply->token_fd, path, apply->common_fd,
		    to);
	if (rc == -1)
		apply_fail_sys(apply, to);
	free(to);

	return rc;
}

int
lfs_land(struct apply *apply)
{
	if (folder_walk(apply->token_fd, FROM, land_one, apply) == 0 ||
	    errno == ENOENT)
		return 0;
	if (apply->verdict == VERDICT_NONE)
		apply_fail_sys(apply, FROM);

	return -1;
}
