#include "prune.h"
#include "base/alloc.h"
#include "folder.h"
#include "git/refs.h"
#include "records.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLDER "refs/hermes/rollback/"

static int64_t
ref_token(const char *ref)
{
	return token_of(ref + strlen(FOLDER));
}

static int
falling(const void *a, const void *b)
{
	int64_t one = ref_token(*(const char *const *)a);
	int64_t two = ref_token(*(const char *const *)b);

	return (one < two) - (one > two);
}

/* A ref's file, or its reflog's. */
static void
drop_file(const struct apply *apply, const char *parent, const char *ref)
{
	char *path = xasprintf("%s%s", parent, ref);
	const char *name;
	int fd = folder_parent(apply->common_fd, path, &name);

	if (fd != -1) {
		unlinkat(fd, name, 0);
		close(fd);
	}
	free(path);
}

/* Packed before loose: an old value that is packed shall not come back. */
static void
drop_refs(const struct apply *apply, const char *const *refs, size_t count)
{
	enum refs_moved moved;
	struct err err;
	size_t i;

	if (ref_drop_packed(refs_store(apply->target), refs, count, &moved,
		&err) == -1 ||
	    moved != REFS_MOVED)
		return;
	for (i = 0; i < count; i++) {
		drop_file(apply, "", refs[i]);
		drop_file(apply, "logs/", refs[i]);
	}
}

/* Those of tokens alone, the latest first. */
static size_t
choose(const struct list *names, const char **refs)
{
	size_t i, count = 0;

	for (i = 0; i < names->count; i++)
		if (ref_token(names->items[i]) != 0)
			refs[count++] = names->items[i];
	if (count > 0)
		qsort(refs, count, sizeof(*refs), falling);

	return count;
}

void
prune_rollbacks(const struct apply *apply)
{
	size_t keep = (size_t)apply->keep_rollbacks, count, i, gone = 0;
	struct list names = { 0 };
	const char **refs;
	struct err err;

	if (ref_store_names(refs_store(apply->target), FOLDER, &names, &err) ==
	    -1) {
		list_clear(&names);
		return;
	}
	refs = xcalloc(names.count + 1, sizeof(*refs));
	count = choose(&names, refs);
	if (count > keep)
		records_prune(apply, ref_token(refs[keep - 1]));
	for (i = keep; i < count; i++)
		if (ref_token(refs[i]) != apply->token)
			refs[keep + gone++] = refs[i];
	if (gone > 0)
		drop_refs(apply, refs + keep, gone);
	free(refs);
	list_clear(&names);
}
