/*
 * buf - bytes that grow
 *
 * All zero is an empty buffer. `data` is NULL or holds `len` bytes and a NUL
 * behind them that `len` does not count.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>

struct buf {
	char *data; /* owned */
	size_t len;
	size_t cap;
};

void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_puts(struct buf *buf, const char *text);
void buf_putc(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* At least `len` more bytes of room behind data + len. */
void buf_reserve(struct buf *buf, size_t len);

/* Empty again, memory kept. */
void buf_reset(struct buf *buf);

/* Empty again, memory given back. */
void buf_clear(struct buf *buf);

/* The bytes as a string of the caller's, never NULL; the buffer is empty. */
char *buf_take(struct buf *buf);

/* The bytes as a borrowed string, never NULL. */
const char *buf_text(const struct buf *buf);

#endif
