#include "git/commit.h"
#include "base/alloc.h"
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define HEX (OID_SIZE - 1)
#define DATE_MAX (INT64_MAX / 16)

/* What is left of the object. */
struct cursor {
	const char *at, *end; /* borrowed */
};

/* "WORD HEX\n"; false, and nothing taken, where that is not there. */
static bool
take_oid(struct cursor *in, const char *word, git_oid *oid)
{
	size_t len = strlen(word);

	if ((size_t)(in->end - in->at) <= len + HEX ||
	    memcmp(in->at, word, len) != 0 || in->at[len + HEX] != '\n' ||
	    git_oid_fromstrn(oid, in->at + len, HEX) < 0)
		return false;
	in->at += len + HEX + 1;

	return true;
}

/* The line's end; the end of the object where it has none. */
static const char *
line_end(const struct cursor *in)
{
	const char *end = memchr(in->at, '\n', (size_t)(in->end - in->at));

	return end != NULL ? end : in->end;
}

static bool
starts(const struct cursor *in, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(in->end - in->at) > len &&
	       memcmp(in->at, word, len) == 0;
}

/* What stands behind the first ">" of the line of the committer. */
static int64_t
take_date(struct cursor *in)
{
	const char *end, *at;
	int64_t date = 0;

	if (!starts(in, "author"))
		return 0;
	in->at = line_end(in);
	in->at += in->at < in->end;
	if (!starts(in, "committer"))
		return 0;
	end = line_end(in);
	at = memchr(in->at, '>', (size_t)(end - in->at));
	for (at = at != NULL ? at + 1 : end; at < end && *at == ' '; at++)
		;
	for (; at < end && isdigit((unsigned char)*at) && date < DATE_MAX; at++)
		date = date * 10 + (*at - '0');

	return date;
}

static int
malformed(const char *why)
{
	git_error_set_str(GIT_ERROR_OBJECT, why);

	return -1;
}

static int
parse(struct commit *commit, struct cursor *in)
{
	git_oid parent;
	size_t cap = 0;

	if (!take_oid(in, "tree ", &commit->tree))
		return malformed("a commit that names no tree");
	while (take_oid(in, "parent ", &parent)) {
		commit->parents = xgrow(commit->parents, commit->parent_count,
		    &cap, sizeof(*commit->parents));
		commit->parents[commit->parent_count++] = parent;
	}
	if (starts(in, "parent "))
		return malformed("a commit with a parent that is none");
	commit->date = take_date(in);

	return 0;
}

int
commit_read(struct commit *commit, git_odb *odb, const git_oid *oid)
{
	git_odb_object *object = NULL;
	struct cursor in;
	int rc;

	*commit = (struct commit){ 0 };
	rc = git_odb_read(&object, odb, oid);
	if (rc < 0)
		return rc;
	in.at = git_odb_object_data(object);
	in.end = in.at + git_odb_object_size(object);
	rc = git_odb_object_type(object) == GIT_OBJECT_COMMIT
		 ? parse(commit, &in)
		 : malformed("expected a commit, found another object");
	git_odb_object_free(object);
	if (rc < 0)
		commit_clear(commit);

	return rc;
}

void
commit_clear(struct commit *commit)
{
	free(commit->parents);
	*commit = (struct commit){ 0 };
}

int
commit_tree(git_tree **out, git_repository *repo, const git_oid *oid)
{
	struct commit commit = { 0 };
	git_odb *odb = NULL;
	int rc;

	rc = git_repository_odb(&odb, repo);
	if (rc == 0)
		rc = commit_read(&commit, odb, oid);
	if (rc == 0)
		rc = git_tree_lookup(out, repo, &commit.tree);
	commit_clear(&commit);
	git_odb_free(odb);

	return rc;
}
