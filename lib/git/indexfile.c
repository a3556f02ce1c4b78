#include "git/indexfile.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "git/file.h"
#include "git/index_scan.h"
#include "store/io.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INDEX_MAX ((size_t)1 << 30)

static const char attributes_name[] = ".gitattributes";

static void
note_attributes(struct indexfile *index, const struct index_entry *entry)
{
	size_t len = sizeof(attributes_name) - 1;
	const char *tail;

	if (entry->path_len < len)
		return;
	tail = entry->path + entry->path_len - len;
	if (memcmp(tail, attributes_name, len) != 0 ||
	    (entry->path_len > len && tail[-1] != '/'))
		return;
	index->attributes = xgrow(index->attributes, index->attribute_count,
	    &index->attribute_cap, sizeof(*index->attributes));
	index->attributes[index->attribute_count++] = xstrdup(entry->path);
}

static void
note_entry(struct indexfile *index, const struct index_entry *entry)
{
	index->entry_count++;
	index->submodule_count += entry->mode == 0160000;
	index->unmerged_count += entry->stage != 0;
	index->assumed_count += entry->assumed;
	index->skip_worktree |= entry->skipped;
	index->sparse |= entry->mode == 0040000;
	note_attributes(index, entry);
}

/* The root of the cache-tree: "" NUL, entries, subtrees, newline, id. */
static void
read_tree(struct indexfile *index, const unsigned char *at, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *line;
	size_t i;

	if (len < 2 || *at != '\0')
		return;
	line = memchr(at, '\n', len);
	if (!line || (size_t)(at + len - line) < 1 + 20 ||
	    strtoll((const char *)at + 1, NULL, 10) != index->entry_count)
		return;
	for (i = 0; i < 20; i++) {
		index->tree[2 * i] = digits[line[1 + i] >> 4];
		index->tree[2 * i + 1] = digits[line[1 + i] & 15];
	}
	index->tree[40] = '\0';
}

static int
read_extensions(struct indexfile *index, struct index_scan *scan)
{
	size_t len;

	while (scan->end - scan->at >= 8) {
		len = index_number(scan->at + 4);
		if (len > (size_t)(scan->end - scan->at - 8))
			return -1;
		if (memcmp(scan->at, "TREE", 4) == 0)
			read_tree(index, scan->at + 8, len);
		else if (memcmp(scan->at, "link", 4) == 0)
			index->split = true;
		else if (memcmp(scan->at, "sdir", 4) == 0)
			index->sparse = true;
		else if (*scan->at < 'A' || *scan->at > 'Z')
			index->unknown = true;
		scan->at += 8 + len;
	}

	return 0;
}

static int
read_all(struct indexfile *index, const struct buf *bytes)
{
	struct index_entry entry;
	struct index_scan scan;
	int rc;

	if (index_scan_begin(&scan, bytes) == -1)
		return -1;
	while ((rc = index_scan_next(&scan, &entry)) == 1)
		note_entry(index, &entry);
	if (rc == 0)
		rc = read_extensions(index, &scan);
	index_scan_end(&scan);

	return rc;
}

int
indexfile_read(struct indexfile *index, const char *path)
{
	struct buf bytes = { 0 };
	int rc;

	rc = file_read_binary(path, INDEX_MAX, &bytes);
	if (rc == 1 && read_all(index, &bytes) == -1)
		rc = -1;
	buf_clear(&bytes);

	return rc;
}

static int
clear_marks(struct buf *bytes)
{
	struct index_entry entry;
	struct index_scan scan;
	int rc;

	if (index_scan_begin(&scan, bytes) == -1)
		return -1;
	while ((rc = index_scan_next(&scan, &entry)) == 1)
		if (entry.assumed || entry.skipped)
			index_unmark(bytes->data + (entry.raw - scan.start));
	index_scan_end(&scan);

	return rc;
}

static int
write_copy(const char *path, const struct buf *bytes, const struct stat *like,
    struct err *err)
{
	const struct timespec times[2] = { like->st_atim, like->st_mtim };
	int fd, rc;

	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (fd == -1)
		return err_sys(err, EX_IOERR, "index");
	rc = io_write_at(fd, 0, bytes->data, bytes->len);
	if (rc == 0)
		rc = futimens(fd, times);
	if (rc == -1)
		err_sys(err, EX_IOERR, "index");
	close(fd);

	return rc;
}

int
indexfile_copy(const char *from, const char *to, struct err *err)
{
	struct buf bytes = { 0 };
	struct stat info;
	int fd, rc;

	fd = open(from, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1 && errno == ENOENT)
		return 0;
	if (fd == -1 || fstat(fd, &info) == -1 ||
	    io_read_from(fd, 0, &bytes) == -1)
		rc = err_sys(err, EX_IOERR, "index");
	else if (clear_marks(&bytes) == -1)
		rc = err_set(err, EX_DATAERR, "the index is damaged");
	else
		rc = write_copy(to, &bytes, &info, err);
	if (fd != -1)
		close(fd);
	buf_clear(&bytes);

	return rc;
}

void
indexfile_clear(struct indexfile *index)
{
	size_t i;

	for (i = 0; i < index->attribute_count; i++)
		free(index->attributes[i]);
	free(index->attributes);
	*index = (struct indexfile){ 0 };
}
