/*
 * keys - a repo_key for every checkout that was found
 *
 * The path below the folder asked for, or that folder's name where it is the
 * checkout itself. What no key may hold becomes "-". Where checkouts of
 * several folders would get the same key, each has its folder's name before
 * it; whoever still is not alone gets "-2", "-3" behind it, in the order of
 * the paths.
 */
#ifndef SCAN_KEYS_H
#define SCAN_KEYS_H

#include "walk.h"

/* Set every repo_key; what was found is sorted by it afterwards. */
void keys_set(struct walk *walk);

#endif
