#include "json/value.h"
#include "base/alloc.h"
#include "json/strict.h"
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

/*
 * A tree is read, then only looked at, then dropped as a whole. So all that
 * cJSON asks for while it parses one comes from blocks in a row: a value and
 * its name lie side by side, and a document takes a third less memory than by
 * a malloc for each. The root is the first thing that is asked for, and
 * stands right behind the head of the first block.
 */
struct block {
	struct block *next;
	struct block *latest; /* of the first block: the one in use */
	size_t used, size;    /* of `data` */
	max_align_t data[];
};

#define BLOCK_MIN 1024
#define BLOCK_MAX ((size_t)1 << 20)

static struct block *blocks; /* of the tree that is being parsed */
static size_t block_size;

static struct block *
block_new(size_t size)
{
	struct block *block;

	block = xreallocarray(NULL, 1, sizeof(*block) + size);
	*block = (struct block){ .latest = block, .size = size };
	return block;
}

static void *
take(size_t size)
{
	struct block *block = blocks->latest;
	void *memory;

	size = (size + 7) & ~(size_t)7;
	if (size > block->size - block->used) {
		block->next = block_new(size > block_size ? size : block_size);
		block = blocks->latest = block->next;
	}
	memory = (char *)block->data + block->used;
	block->used += size;
	return memory;
}

static void
leave(void *memory)
{
	(void)memory;
}

static void
blocks_free(struct block *block)
{
	struct block *next;

	for (; block != NULL; block = next) {
		next = block->next;
		free(block);
	}
}

/* A struct json is a cJSON; nobody outside this file knows. */
static const cJSON *
in(const struct json *value)
{
	return (const cJSON *)value;
}

struct json *
json_parse_checked(const char *text, size_t len, struct err *err)
{
	static cJSON_Hooks hooks = { take, leave };
	const char *end;
	cJSON *root;

	block_size = len < BLOCK_MIN ? BLOCK_MIN : len;
	if (block_size > BLOCK_MAX)
		block_size = BLOCK_MAX;
	blocks = block_new(block_size);
	cJSON_InitHooks(&hooks);
	root = cJSON_ParseWithLengthOpts(text, len, &end, 0);
	if (root == NULL) {
		blocks_free(blocks);
		err_set(err, EX_SOFTWARE,
		    "cJSON: refused what the strict reader passed");
	}
	blocks = NULL;
	return (struct json *)root;
}

struct json *
json_parse(const char *text, size_t len, const char *place, struct err *err)
{
	if (strict_check(text, len, place, NULL, NULL, err) == -1)
		return NULL;
	return json_parse_checked(text, len, err);
}

void
json_free(struct json *root)
{
	if (root != NULL)
		blocks_free((struct block *)((char *)root -
					     offsetof(struct block, data)));
}

enum json_type
json_type(const struct json *value)
{
	if (value == NULL)
		return JSON_ABSENT;
	switch (in(value)->type & 0xff) {
	case cJSON_False:
	case cJSON_True:
		return JSON_BOOL;
	case cJSON_Number:
		return JSON_NUMBER;
	case cJSON_String:
		return JSON_STRING;
	case cJSON_Array:
		return JSON_ARRAY;
	case cJSON_Object:
		return JSON_OBJECT;
	default:
		return JSON_NULL;
	}
}

const char *
json_type_name(enum json_type type)
{
	static const char *const names[] = { "nothing", "null", "true or false",
		"a number", "a string", "an array", "an object" };

	return names[type];
}

const struct json *
json_get(const struct json *object, const char *name)
{
	const cJSON *member;

	if (json_type(object) != JSON_OBJECT)
		return NULL;
	for (member = in(object)->child; member != NULL; member = member->next)
		if (*member->string == *name &&
		    strcmp(member->string, name) == 0)
			break;
	return (const struct json *)member;
}

const struct json *
json_first(const struct json *container)
{
	return container != NULL ? (const struct json *)in(container)->child
				 : NULL;
}

const struct json *
json_next(const struct json *element)
{
	return element != NULL ? (const struct json *)in(element)->next : NULL;
}

const char *
json_name(const struct json *member)
{
	return member != NULL ? in(member)->string : NULL;
}

size_t
json_count(const struct json *container)
{
	const struct json *element;
	size_t count = 0;

	for (element = json_first(container); element != NULL;
	     element = json_next(element))
		count++;
	return count;
}

const char *
json_text(const struct json *value)
{
	return json_type(value) == JSON_STRING ? in(value)->valuestring : NULL;
}

int64_t
json_int(const struct json *value, int64_t otherwise)
{
	return json_type(value) == JSON_NUMBER ? (int64_t)in(value)->valuedouble
					       : otherwise;
}

bool
json_bool(const struct json *value, bool otherwise)
{
	return json_type(value) == JSON_BOOL
		   ? (in(value)->type & 0xff) == cJSON_True
		   : otherwise;
}

const char *
json_get_text(const struct json *object, const char *name)
{
	return json_text(json_get(object, name));
}

int64_t
json_get_int(const struct json *object, const char *name, int64_t otherwise)
{
	return json_int(json_get(object, name), otherwise);
}

bool
json_get_bool(const struct json *object, const char *name, bool otherwise)
{
	return json_bool(json_get(object, name), otherwise);
}
