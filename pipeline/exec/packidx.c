#include "packidx.h"
#include "store/below.h"
#include "store/io.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>

#define HEAD 8
#define FANOUT 1024
#define NAME 40 /* hex digits */

bool
packidx_is_name(const char *name, const char *end)
{
	size_t hex;

	if (strncmp(name, "pack-", 5) != 0)
		return false;
	hex = strspn(name + 5, "0123456789abcdef");

	return hex == NAME && strcmp(name + 5 + hex, end) == 0;
}

int
packidx_each(int folder, const char *end,
    int (*each)(void *ctx, int folder, const char *name), void *ctx)
{
	int fd = below_open(folder, ".", O_RDONLY | O_DIRECTORY, 0);
	DIR *dir = fd == -1 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int rc = 0, saved;

	if (dir == NULL)
		return fd == -1 ? -1 : below_done(fd, -1);
	while (rc == 0 && (entry = readdir(dir)) != NULL)
		if (packidx_is_name(entry->d_name, end))
			rc = each(ctx, folder, entry->d_name);
	saved = errno;
	closedir(dir);
	errno = saved;

	return rc;
}

static uint32_t
be32(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	       (uint32_t)at[2] << 8 | at[3];
}

static int
parse(struct packidx *idx)
{
	const unsigned char *at = (const unsigned char *)buf_text(&idx->bytes);
	size_t len = idx->bytes.len;

	errno = EINVAL;
	if (len < HEAD + FANOUT || memcmp(at, "\377tOc\0\0\0\2", HEAD) != 0)
		return -1;
	idx->count = be32(at + HEAD + FANOUT - 4);
	idx->oids = at + HEAD + FANOUT;

	return idx->count > (len - HEAD - FANOUT) / PACKIDX_OID ? -1 : 0;
}

int
packidx_read(struct packidx *idx, int folder, const char *name)
{
	int fd = below_file(folder, name, O_RDONLY, 0), rc;

	*idx = (struct packidx){ 0 };
	if (fd == -1)
		return -1;
	rc = below_done(fd, io_read_from(fd, 0, &idx->bytes));
	if (rc == 0)
		rc = parse(idx);
	if (rc == -1)
		packidx_clear(idx);

	return rc;
}

void
packidx_clear(struct packidx *idx)
{
	int saved = errno;

	buf_clear(&idx->bytes);
	*idx = (struct packidx){ 0 };
	errno = saved;
}

static const unsigned char *
oid_at(const struct packidx *idx, size_t i)
{
	return idx->oids + i * PACKIDX_OID;
}

void
packidx_hex(const struct packidx *idx, size_t i, char hex[OID_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *oid = oid_at(idx, i);
	size_t k;

	for (k = 0; k < PACKIDX_OID; k++) {
		*hex++ = digits[oid[k] >> 4];
		*hex++ = digits[oid[k] & 15];
	}
	*hex = '\0';
}

bool
packidx_covers(const struct packidx *idx, const struct packidx *other)
{
	size_t i = 0, k;
	int way;

	for (k = 0; k < other->count; i++) {
		if (i == idx->count)
			return false;
		way = memcmp(oid_at(idx, i), oid_at(other, k), PACKIDX_OID);
		if (way > 0)
			return false;
		if (way == 0)
			k++;
	}

	return true;
}
