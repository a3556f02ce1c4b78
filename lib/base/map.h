/*
 * map - strings to pointers, hashed
 *
 * What runs over the fleet asks a map, never a scan (P7). Keys and values are
 * borrowed and must outlive the map. All zero is an empty map.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stddef.h>

struct map_slot {
	const char *key; /* borrowed */
	void *value;     /* borrowed */
};

struct map {
	struct map_slot *slots; /* owned */
	size_t count;
	size_t cap; /* a power of two, or 0 */
};

/* The value of `key`, or NULL. */
void *map_get(const struct map *map, const char *key);

/* Set `key`; returns the value that it had before, or NULL. */
void *map_put(struct map *map, const char *key, void *value);

void map_clear(struct map *map);

#endif
