/*
 * abroad - is a worker busy with a remote, or with the checkout?
 *
 * A flag for each repository in memory that the workers share, so that what
 * is past its deadline can be told of what it waited for.
 */
#ifndef PROBE_ABROAD_H
#define PROBE_ABROAD_H

#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>

/* For `count` repositories, before the first worker; all at home. */
int abroad_begin(size_t count, struct err *err);
void abroad_end(void);

void abroad_set(size_t i, bool abroad);
bool abroad_is(size_t i);

#endif
