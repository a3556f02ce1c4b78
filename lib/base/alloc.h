/*
 * alloc - memory, or the end of the process
 *
 * Running out of memory is the one failure that does not climb: one line on
 * stderr and EX_OSERR's neighbour EX_IOERR (74). What is returned is the
 * caller's; free() gives it back.
 */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stddef.h>

void *xcalloc(size_t count, size_t size);
void *xreallocarray(void *old, size_t count, size_t size);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t len);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Room for one more element in an array of `*cap` elements of which `count`
 * are used: returns the array, moved where it had to grow.
 */
void *xgrow(void *array, size_t count, size_t *cap, size_t size);

#endif
