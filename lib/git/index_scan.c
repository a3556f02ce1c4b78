#include "git/index_scan.h"
#include <string.h>

#define HEADER 12
#define FIXED 62   /* an entry's bytes before its extended flags or name */
#define MODE_AT 26 /* of an entry: the low half of its mode */
#define FLAGS_AT 60
#define FLAG_ASSUMED 0x8000
#define FLAG_EXTENDED 0x4000
#define FLAG_STAGE 0x3000
#define STAGE_SHIFT 12
#define EXTENDED_SKIP 0x4000

uint32_t
index_number(const unsigned char *at)
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
read_strip(struct index_scan *scan, size_t *strip)
{
	size_t value;

	if (scan->at >= scan->end)
		return -1;
	value = *scan->at & 0x7f;
	while (*scan->at++ & 0x80) {
		if (scan->at >= scan->end || value > SIZE_MAX >> 8)
			return -1;
		value = ((value + 1) << 7) | (*scan->at & 0x7f);
	}
	*strip = value;

	return 0;
}

/* The entry's name into scan->name; `start` is where the entry began. */
static int
read_name(struct index_scan *scan, const unsigned char *start)
{
	const unsigned char *nul;
	size_t strip, size;

	if (scan->version == 4) {
		if (read_strip(scan, &strip) == -1 || strip > scan->name.len)
			return -1;
		scan->name.len -= strip;
	} else {
		buf_reset(&scan->name);
	}
	nul = memchr(scan->at, '\0', (size_t)(scan->end - scan->at));
	if (!nul)
		return -1;
	buf_add(&scan->name, scan->at, (size_t)(nul - scan->at));
	scan->at = nul + 1;
	if (scan->version < 4) {
		size = ((size_t)(nul - start) + 8) & ~(size_t)7;
		if (size > (size_t)(scan->end - start))
			return -1;
		scan->at = start + size;
	}

	return 0;
}

int
index_scan_begin(struct index_scan *scan, const struct buf *bytes)
{
	*scan = (struct index_scan){ 0 };
	scan->start = scan->at = (const unsigned char *)bytes->data;
	if (bytes->len < HEADER + INDEX_CHECKSUM ||
	    memcmp(scan->at, "DIRC", 4) != 0)
		return -1;
	scan->end = scan->at + bytes->len - INDEX_CHECKSUM;
	scan->version = index_number(scan->at + 4);
	scan->left = index_number(scan->at + 8);
	scan->at += HEADER;

	return scan->version < 2 || scan->version > 4 ? -1 : 0;
}

int
index_scan_next(struct index_scan *scan, struct index_entry *entry)
{
	const unsigned char *raw = scan->at;
	unsigned flags, extended = 0;

	if (scan->left == 0)
		return 0;
	if (scan->end - raw < FIXED + 2)
		return -1;
	flags = be16(raw + FLAGS_AT);
	scan->at += FIXED;
	if (flags & FLAG_EXTENDED) {
		extended = be16(scan->at);
		scan->at += 2;
	}
	if (read_name(scan, raw) == -1)
		return -1;
	scan->left--;
	*entry = (struct index_entry){ .raw = raw,
		.path = buf_text(&scan->name),
		.path_len = scan->name.len,
		.mode = be16(raw + MODE_AT),
		.stage = (flags & FLAG_STAGE) >> STAGE_SHIFT,
		.assumed = (flags & FLAG_ASSUMED) != 0,
		.skipped = (extended & EXTENDED_SKIP) != 0 };

	return 1;
}

void
index_unmark(char *raw)
{
	unsigned char *at = (unsigned char *)raw;

	at[FLAGS_AT] &= (unsigned char)~(FLAG_ASSUMED >> 8);
	if (be16(at + FLAGS_AT) & FLAG_EXTENDED)
		at[FIXED] &= (unsigned char)~(EXTENDED_SKIP >> 8);
}

void
index_scan_end(struct index_scan *scan)
{
	buf_clear(&scan->name);
}
