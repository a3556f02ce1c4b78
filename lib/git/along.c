#include "git/along.h"
#include "base/alloc.h"
#include "git/file.h"
#include "git/patience.h"
#include "git/refspec.h"
#include "git/tags.h"
#include "plumbing/command.h"
#include "store/io.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME "along"
#define TEXT_MAX ((size_t)1 << 20)
#define ASK_MS 60000

/* Does any ref that it is mapped to stand elsewhere? */
static bool
would_move(const struct along *along, const char *name, const char *oid)
{
	struct refspec_dsts dsts = { 0 };
	char here[OID_SIZE];
	bool would = false;
	size_t i;

	refspec_map(&dsts, along->lines, name);
	for (i = 0; !would && i < dsts.count; i++)
		would = ref_read(&along->dirs, dsts.list[i].name, here, NULL) !=
			    REF_OID ||
			strcmp(here, oid) != 0;
	refspec_clear(&dsts);

	return would;
}

void
along_see(struct along *along, const char *name, const char *oid)
{
	if (along->lines == NULL || along->found.ref_count == ALONG_MAX ||
	    strncmp(name, "refs/", 5) != 0 ||
	    strncmp(name, "refs/tags/", 10) == 0 ||
	    strcmp(name, along->upstream) == 0 || !tag_told(name) ||
	    !would_move(along, name, oid))
		return;
	endpoint_add(&along->found, name, oid);
}

/* As git itself asks after a fetch. */
static bool
is_connected(const struct along *along, const char *path)
{
	struct command command = { .git_dir = path,
		.argv = { "rev-list", "--objects", "--stdin", "--not",
		    "--glob=refs/have/*", "--quiet" },
		.deadline_ms = patience_left_ms(ASK_MS) + 1 };
	struct command_result result = { 0 };
	struct buf input = { 0 };
	struct err err;
	bool connected;
	size_t i;

	for (i = 0; i < along->found.ref_count; i++)
		buf_printf(&input, "%s\n", along->found.refs[i].oid);
	command.input = buf_text(&input);
	command.input_len = input.len;
	connected = command_must(&command, &result, &err) == 0;
	command_result_clear(&result);
	buf_clear(&input);

	return connected;
}

static int
write_file(const char *path, const struct buf *text)
{
	char *file = xasprintf("%s/" NAME, path);
	int fd = open(file,
	    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	int rc = -1;

	if (fd != -1) {
		rc = io_write_at(fd, 0, text->data, text->len);
		if (close(fd) == -1)
			rc = -1;
	}
	free(file);

	return rc;
}

int
along_write(struct along *along, const char *path)
{
	struct buf text = { 0 };
	size_t i;
	int rc;

	if (along->found.ref_count == 0 || !is_connected(along, path))
		return 0;
	for (i = 0; i < along->found.ref_count; i++)
		buf_printf(&text, "%s %s\n", along->found.refs[i].oid,
		    along->found.refs[i].name);
	rc = write_file(path, &text);
	buf_clear(&text);

	return rc;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct endpoint_ref *)a)->name,
	    ((const struct endpoint_ref *)b)->name);
}

void
along_read(struct endpoint *refs, const char *path)
{
	char *file = xasprintf("%s/" NAME, path), *line, *next = NULL;
	struct buf text = { 0 };

	line = file_read(file, TEXT_MAX, &text) == 1
		   ? strtok_r(text.data, "\n", &next)
		   : NULL;
	for (; line != NULL; line = strtok_r(NULL, "\n", &next))
		if (strlen(line) > OID_SIZE) {
			line[OID_SIZE - 1] = '\0';
			endpoint_add(refs, line + OID_SIZE, line);
		}
	if (refs->ref_count > 0)
		qsort(refs->refs, refs->ref_count, sizeof(*refs->refs),
		    by_name);
	buf_clear(&text);
	free(file);
}

void
along_clear(struct along *along)
{
	endpoint_clear(&along->found);
}
