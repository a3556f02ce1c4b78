/*
 * io - whole reads and writes on a descriptor
 *
 * Interrupted and short calls are gone on with. All return -1 with errno set
 * where the machine says no.
 */
#ifndef STORE_IO_H
#define STORE_IO_H

#include "base/buf.h"
#include <stddef.h>
#include <sys/types.h>

/* Append what stands from `at` to the end of the file. */
int io_read_from(int fd, off_t at, struct buf *out);

/* `len` bytes from `at`; fewer only where the file ends: their number. */
ssize_t io_read_at(int fd, off_t at, void *bytes, size_t len);

int io_write_at(int fd, off_t at, const void *bytes, size_t len);

#endif
