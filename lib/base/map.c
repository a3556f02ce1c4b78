#include "base/map.h"
#include "base/alloc.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/*
 * FNV-1a from a start that differs in every process: who chooses the keys
 * (paths, URLs) does not choose where they collide.
 */
static uint64_t
hash(const char *key)
{
	static uint64_t seed;
	uint64_t h;

	if (seed == 0 &&
	    getrandom(&seed, sizeof seed, GRND_NONBLOCK) != sizeof seed)
		seed = UINT64_C(14695981039346656037);
	h = seed |= 1;
	for (; *key != '\0'; key++) {
		h ^= (unsigned char)*key;
		h *= UINT64_C(1099511628211);
	}
	return h ^ h >> 32;
}

/* The slot of `key`, or the empty one where it belongs. cap > count. */
static struct map_slot *
find(const struct map *map, const char *key)
{
	size_t i = hash(key) & (map->cap - 1);

	while (map->slots[i].key != NULL && strcmp(map->slots[i].key, key) != 0)
		i = (i + 1) & (map->cap - 1);
	return &map->slots[i];
}

static void
grow(struct map *map)
{
	struct map old = *map;
	size_t i;

	map->cap = old.cap ? old.cap * 2 : 16;
	map->slots = xcalloc(map->cap, sizeof *map->slots);
	for (i = 0; i < old.cap; i++)
		if (old.slots[i].key != NULL)
			*find(map, old.slots[i].key) = old.slots[i];
	free(old.slots);
}

void *
map_get(const struct map *map, const char *key)
{
	return map->cap ? find(map, key)->value : NULL;
}

void *
map_put(struct map *map, const char *key, void *value)
{
	struct map_slot *slot;
	void *before;

	if ((map->count + 1) * 4 > map->cap * 3)
		grow(map);
	slot = find(map, key);
	before = slot->value;
	if (slot->key == NULL) {
		slot->key = key;
		map->count++;
	}
	slot->value = value;
	return before;
}

void
map_clear(struct map *map)
{
	free(map->slots);
	*map = (struct map){ 0 };
}
