/*
 * version - which git there is, and whether it will do
 *
 * The least is 2.32.0: GIT_CONFIG_COUNT (2.31) hands settings on that no
 * argument would hide, GIT_CONFIG_GLOBAL and GIT_CONFIG_SYSTEM (2.32) say which
 * files the user means, and `git pack-objects --stdin-packs` (2.32) joins
 * packs.
 */
#ifndef PLUMBING_VERSION_H
#define PLUMBING_VERSION_H

#include "base/err.h"

#define VERSION_LEAST "2.32.0"
#define VERSION_SIZE 64

/*
 * The version of the git that PATH leads to, into `out`. EX_UNAVAILABLE where
 * there is none, or an older one than VERSION_LEAST.
 */
int version_find(char out[VERSION_SIZE], struct err *err);

#endif
