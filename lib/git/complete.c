#include "git/change.h"
#include "git/lg.h"
#include "git/newer.h"

/* Commits and trees have been read where they are told of; of blobs it is
 * enough that they are there. */
static int
is_there(struct newer *newer, const git_oid *oid, git_object_t type,
    const char *name)
{
	(void)name;
	if (type != GIT_OBJECT_BLOB || git_odb_exists(newer->ctx, oid))
		return 0;
	git_error_set_str(GIT_ERROR_ODB, "object not found");

	return GIT_ENOTFOUND;
}

static int
missing(const char *kind, const git_oid *oid, struct err *err)
{
	char hex[OID_SIZE];

	lg_hex(hex, oid);

	return lg_err(err, EX_DATAERR, "%s %s", kind, hex);
}

static int
walk(struct history *history, const char *before, const char *tip,
    struct err *err)
{
	git_oid from, to;

	if (lg_oid(&to, tip, err) == -1 ||
	    (before && lg_oid(&from, before, err) == -1))
		return -1;
	if ((before && history_add(history, &from, HISTORY_LEFT) < 0) ||
	    history_add(history, &to, HISTORY_RIGHT) < 0 ||
	    history_walk(history, HISTORY_RIGHT) < 0)
		return missing("commit", &history->failed, err);

	return 0;
}

static int
check(git_repository *repo, git_odb *odb, const char *before, const char *tip,
    struct err *err)
{
	struct newer newer = { .repo = repo, .each = is_there, .ctx = odb };
	struct history history;
	int rc;

	history_init(&history, odb);
	rc = walk(&history, before, tip, err);
	if (rc == 0 && newer_walk(&newer, &history) != 0)
		rc = missing(newer.kind, &newer.failed, err);
	newer_clear(&newer);
	history_clear(&history);

	return rc;
}

int
change_complete(const char *repo, const char *before, const char *tip,
    struct err *err)
{
	git_repository *opened = NULL;
	git_odb *odb = NULL;
	int rc;

	if (lg_open(&opened, repo, err) == -1)
		return -1;
	if (git_repository_odb(&odb, opened) < 0)
		rc = lg_err(err, EX_DATAERR, "%s", repo);
	else
		rc = check(opened, odb, before, tip, err);
	git_odb_free(odb);
	git_repository_free(opened);

	return rc;
}
