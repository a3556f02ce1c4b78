#include "git/tree_repo.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "git/target_in.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

static int
write_alternates(const struct target *target, const char *path, struct err *err)
{
	char *name = xasprintf("%s/.git/objects/info/alternates", path);
	FILE *file = fopen(name, "we");
	bool good = file != NULL;

	if (good)
		good = fprintf(file, "%s/objects\n", target->common_dir) > 0;
	if (good && target->staging != NULL)
		good = fprintf(file, "%s\n", target->staging) > 0;
	if (file != NULL && fclose(file) != 0)
		good = false;
	if (!good)
		err_sys(err, EX_IOERR, "%s", name);
	free(name);

	return good ? 0 : -1;
}

/* By hand: libgit2 would take the commit apart (commit.h). */
static int
detach(const struct target *target, const char *path, struct err *err)
{
	char *name = xasprintf("%s/.git/HEAD", path);
	FILE *file = fopen(name, "we");
	bool good = file != NULL;
	char hex[OID_SIZE];

	lg_hex(hex, &target->commit[TARGET_AFTER]);
	if (good)
		good = fprintf(file, "%s\n", hex) > 0;
	if (file != NULL && fclose(file) != 0)
		good = false;
	if (!good)
		err_sys(err, EX_IOERR, "%s", name);
	free(name);

	return good ? 0 : -1;
}

int
tree_repo_make(struct target *target, const char *path, struct err *err)
{
	git_repository *repo = NULL;

	if (git_repository_init(&repo, path, 0) < 0)
		return lg_err(err, EX_IOERR, "%s", path);
	git_repository_free(repo);
	if (write_alternates(target, path, err) == -1)
		return -1;

	return detach(target, path, err);
}
