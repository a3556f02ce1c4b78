#include "git/indexfile.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "git/file.h"
#include <stdlib.h>
#include <string.h>

#define INDEX_MAX ((size_t)1 << 30)
#define TRAILER 20 /* the checksum */
#define FIXED 62   /* an entry's bytes before its extended flags or name */
#define MODE_AT 26 /* of an entry: the low half of its mode */
#define FLAGS_AT 60
#define FLAG_ASSUMED 0x8000
#define FLAG_EXTENDED 0x4000
#define FLAG_STAGE 0x3000
#define FLAG_NAME 0x0fff
#define EXTENDED_SKIP 0x4000

static const char attributes_name[] = ".gitattributes";

struct cursor {
	const unsigned char *at, *end; /* borrowed */
	uint32_t version;
	struct buf name; /* version 4 builds on the name before */
};

static uint32_t
be32(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	       (uint32_t)at[2] << 8 | at[3];
}

static unsigned
be16(const unsigned char *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

/* How many bytes of the name before to drop: git's offset varint. */
static int
read_strip(struct cursor *cursor, size_t *strip)
{
	size_t value;

	if (cursor->at >= cursor->end)
		return -1;
	value = *cursor->at & 0x7f;
	while (*cursor->at++ & 0x80) {
		if (cursor->at >= cursor->end || value > SIZE_MAX >> 8)
			return -1;
		value = ((value + 1) << 7) | (*cursor->at & 0x7f);
	}
	*strip = value;

	return 0;
}

/* The entry's name into cursor->name; `start` is where the entry began. */
static int
read_name(struct cursor *cursor, const unsigned char *start)
{
	const unsigned char *nul;
	size_t strip, size;

	if (cursor->version == 4) {
		if (read_strip(cursor, &strip) == -1 ||
		    strip > cursor->name.len)
			return -1;
		cursor->name.len -= strip;
	} else {
		buf_reset(&cursor->name);
	}
	nul = memchr(cursor->at, '\0', (size_t)(cursor->end - cursor->at));
	if (!nul)
		return -1;
	buf_add(&cursor->name, cursor->at, (size_t)(nul - cursor->at));
	cursor->at = nul + 1;
	if (cursor->version < 4) {
		size = ((size_t)(nul - start) + 8) & ~(size_t)7;
		if (size > (size_t)(cursor->end - start))
			return -1;
		cursor->at = start + size;
	}

	return 0;
}

static void
note_attributes(struct indexfile *index, const struct buf *name)
{
	size_t len = sizeof(attributes_name) - 1;
	const char *tail;

	if (name->len < len)
		return;
	tail = name->data + name->len - len;
	if (memcmp(tail, attributes_name, len) != 0 ||
	    (name->len > len && tail[-1] != '/'))
		return;
	index->attributes = xgrow(index->attributes, index->attribute_count,
	    &index->attribute_cap, sizeof(*index->attributes));
	index->attributes[index->attribute_count++] =
	    xstrndup(name->data, name->len);
}

static int
read_entry(struct indexfile *index, struct cursor *cursor)
{
	const unsigned char *start = cursor->at;
	unsigned flags, mode, extended = 0;

	if (cursor->end - start < FIXED + 2)
		return -1;
	mode = be16(start + MODE_AT);
	flags = be16(start + FLAGS_AT);
	cursor->at += FIXED;
	if (flags & FLAG_EXTENDED) {
		extended = be16(cursor->at);
		cursor->at += 2;
	}
	if (read_name(cursor, start) == -1)
		return -1;
	index->entry_count++;
	index->submodule_count += mode == 0160000;
	index->unmerged_count += (flags & FLAG_STAGE) != 0;
	index->assumed_count += (flags & FLAG_ASSUMED) != 0;
	index->skip_worktree |= (extended & EXTENDED_SKIP) != 0;
	index->sparse |= mode == 0040000;
	note_attributes(index, &cursor->name);

	return 0;
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
read_extensions(struct indexfile *index, struct cursor *cursor)
{
	size_t len;

	while (cursor->end - cursor->at >= 8) {
		len = be32(cursor->at + 4);
		if (len > (size_t)(cursor->end - cursor->at - 8))
			return -1;
		if (memcmp(cursor->at, "TREE", 4) == 0)
			read_tree(index, cursor->at + 8, len);
		else if (memcmp(cursor->at, "link", 4) == 0)
			index->split = true;
		else if (memcmp(cursor->at, "sdir", 4) == 0)
			index->sparse = true;
		else if (*cursor->at < 'A' || *cursor->at > 'Z')
			index->unknown = true;
		cursor->at += 8 + len;
	}

	return 0;
}

static int
read_all(struct indexfile *index, const struct buf *bytes)
{
	struct cursor cursor = { 0 };
	uint32_t count;
	int rc = 0;

	cursor.at = (const unsigned char *)bytes->data;
	if (bytes->len < 12 + TRAILER || memcmp(cursor.at, "DIRC", 4) != 0)
		return -1;
	cursor.end = cursor.at + bytes->len - TRAILER;
	cursor.version = be32(cursor.at + 4);
	count = be32(cursor.at + 8);
	if (cursor.version < 2 || cursor.version > 4)
		return -1;
	cursor.at += 12;
	while (rc == 0 && count-- > 0)
		rc = read_entry(index, &cursor);
	if (rc == 0)
		rc = read_extensions(index, &cursor);
	buf_clear(&cursor.name);

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

void
indexfile_clear(struct indexfile *index)
{
	size_t i;

	for (i = 0; i < index->attribute_count; i++)
		free(index->attributes[i]);
	free(index->attributes);
	*index = (struct indexfile){ 0 };
}
