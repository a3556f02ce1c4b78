/*
 * err - one failure: a sysexits.h number and one line
 *
 * Below main nothing prints and nothing exits: what can fail takes a
 * `struct err *` last and returns err_set(), which is always -1. The text is
 * `place: reason`, lower case, no full stop; stage_die() puts the program
 * before it; control characters become "?". An error climbs unchanged.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <sysexits.h>

struct err {
	int code;   /* EX_DATAERR and so on; 0: no error */
	int number; /* errno where the system said it, else 0 */
	char text[1024];
};

int err_set(struct err *err, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* As err_set with ": strerror(errno)" behind it, and errno in `number`. */
int err_sys(struct err *err, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
