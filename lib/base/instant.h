/*
 * instant - a moment: milliseconds since the Epoch, UTC
 *
 * Written `2025-03-01T04:00:00.000Z` (P6). Nothing here reads a clock.
 */
#ifndef BASE_INSTANT_H
#define BASE_INSTANT_H

#include <stdint.h>

typedef int64_t instant;

#define INSTANT_SIZE 25 /* with its NUL */

/* Years 0000 to 9999, else -1 and `out` is the empty string. */
int instant_format(instant at, char out[INSTANT_SIZE]);

/*
 * Read the form above; seconds and the fraction (one to three digits) may be
 * left out: `2025-03-01T04:00Z`. -1 for anything else.
 */
int instant_parse(const char *text, instant *out);

#endif
