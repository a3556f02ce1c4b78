#include "bytes.h"
#include "base/alloc.h"
#include "plumbing/scratch.h"
#include <stdlib.h>
#include <string.h>

char *
bytes_path(const struct apply *apply, const char *name)
{
	return xasprintf("%s/hermes/%s/%s", target_git_dir(apply->target),
	    apply->name, name);
}

int
bytes_open(struct apply *apply)
{
	struct content_source source = { .place = &apply->place,
		.named = apply->path,
		.remote = apply->remote,
		.trust_config = apply->trust_config };
	char *folder, *staging = NULL;
	struct err err;
	int rc;

	if (apply->content.folder != NULL)
		return 0;
	folder = bytes_path(apply, "git");
	if (apply->staging != NULL)
		staging = xasprintf("%s/objects", apply->staging);
	source.folder = folder;
	source.staging = staging;
	rc = content_open(&apply->content, &source, &err);
	free(staging);
	free(folder);

	return rc == -1 ? apply_fail(apply, &err) : 0;
}

char *
bytes_scratch(const struct apply *apply, const char *name, struct err *err)
{
	char *own = xasprintf("%s/objects", apply->place.common_dir);
	char *path = bytes_path(apply, name);
	struct list objects = { 0 };
	struct scratch scratch = { .objects = &objects };

	list_add(&objects, own);
	if (scratch_make(path, &scratch, err) == -1) {
		free(path);
		path = NULL;
	}
	list_clear(&objects);
	free(own);

	return path;
}

int
bytes_fail(struct apply *apply, const struct err *err)
{
	if (err->code != EX_DATAERR || strstr(err->text, "filter") == NULL)
		return apply_fail(apply, err);

	return apply_stop(apply, VERDICT_REFUSED, "needs-filter", "%s",
	    err->text);
}
