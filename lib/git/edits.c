#include "git/edits.h"
#include "base/alloc.h"
#include "git/indexfile.h"
#include "plumbing/scratch.h"
#include <stdlib.h>
#include <sys/stat.h>

static int
begin(struct edits *edits, const struct content_source *source, struct err *err)
{
	if (edits->folder == NULL && mkdir(source->folder, 0700) == -1)
		return err_sys(err, EX_IOERR, "a folder to ask git in");
	if (edits->folder == NULL)
		edits->folder = xstrdup(source->folder);
	content_close(&edits->content);

	return content_open(&edits->content, source, err);
}

/* Once for all questions. */
static int
copy_index(struct edits *edits, const struct content_source *source,
    struct err *err)
{
	char *from, *to;
	int rc;

	if (edits->index != NULL)
		return 0;
	from = xasprintf("%s/index", source->place->git_dir);
	to = xasprintf("%s/index", edits->folder);
	rc = indexfile_copy(from, to, err);
	if (rc == 0)
		rc = content_refresh(&edits->content, to, err);
	if (rc == 0)
		edits->index = to;
	else
		free(to);
	free(from);

	return rc;
}

int
edits_list(struct edits *edits, const struct content_source *source,
    struct list *paths, struct err *err)
{
	int rc = begin(edits, source, err);

	if (rc == 0)
		rc = copy_index(edits, source, err);
	if (rc == 0)
		rc = content_edited(&edits->content, edits->index, paths, err);
	list_sort(paths); /* unmerged ones are told twice */

	return rc;
}

int
edits_obstacle(struct edits *edits, const struct content_source *source,
    const char *before, const char *after, struct content_obstacle *obstacle,
    struct err *err)
{
	if (begin(edits, source, err) == -1 ||
	    copy_index(edits, source, err) == -1)
		return -1;

	return content_fits(&edits->content, edits->index, before, after,
	    obstacle, err);
}

int
edits_filtered(struct edits *edits, const struct content_source *source,
    const char *after, const struct buf *paths, char **path, struct err *err)
{
	char *index;
	int rc = begin(edits, source, err);

	*path = NULL;
	if (rc == -1 || edits->content.untrusted.count == 0)
		return rc;
	index = xasprintf("%s/after", edits->folder);
	rc = content_read(&edits->content, index, after, err);
	if (rc == 0)
		rc = content_needs_filter(&edits->content, index, paths, path,
		    err);
	free(index);

	return rc;
}

void
edits_close(struct edits *edits)
{
	content_close(&edits->content);
	if (edits->folder != NULL)
		scratch_remove(edits->folder);
	free(edits->folder);
	free(edits->index);
	*edits = (struct edits){ 0 };
}
