#include "shapes.h"
#include "json/shape.h"
#include "json/strict.h"
#include "json/value.h"
#include <stdio.h>

#define TEXT(n)                                                                \
	{                                                                      \
		.name = n, .type = JSON_STRING, .flags = SHAPE_NULL            \
	}
#define COUNT(n)                                                               \
	{                                                                      \
		.name = n, .type = JSON_NUMBER, .flags = SHAPE_NULL,           \
		.max = JSON_INT_MAX                                            \
	}

static bool
not_empty(const char *text)
{
	return *text != '\0';
}

#define KEY                                                                    \
	{                                                                      \
		"repo_key", JSON_STRING, SHAPE_NEED, .valid = not_empty,       \
						     .wanted = "a repo_key"    \
	}

static const struct shape head[] = {
	TEXT("oid"),
	TEXT("branch"),
	{ 0 },
};

static const struct shape endpoint[] = {
	TEXT("role"),
	{ 0 },
};

/* Whatever a stage says of a repository; a name means the same in all. */
static const struct shape repo[] = {
	KEY,
	TEXT("path"),
	TEXT("branch"),
	TEXT("branch_oid"),
	TEXT("reason"),
	TEXT("detail"),
	TEXT("recommendation"),
	TEXT("before"),
	TEXT("target"),
	TEXT("after"),
	TEXT("text"),
	TEXT("verdict"),
	TEXT("code"),
	TEXT("outcome"),
	TEXT("tip"),
	{ "endpoint", JSON_OBJECT, SHAPE_NULL, .members = endpoint },
	COUNT("behind_count"),
	COUNT("ahead_count"),
	COUNT("staged_count"),
	COUNT("unstaged_count"),
	COUNT("untracked_count"),
	{ 0 },
};

/* "head" is an object in the probe and an oid in the views. */
static const struct shape probe_head[] = {
	{ "head", JSON_OBJECT, SHAPE_NULL, .members = head },
	{ 0 },
};

static const struct shape view_head[] = {
	TEXT("head"),
	{ .name = "needs_person", .type = JSON_BOOL },
	{ 0 },
};

#define REPOS(shape)                                                           \
	{                                                                      \
		"repos", JSON_ARRAY, SHAPE_NEED, .each = JSON_OBJECT,          \
						 .each_members = shape         \
	}

/* Here "after" is a list, not an oid. */
static const struct shape fleet_repo[] = {
	KEY,
	TEXT("path"),
	TEXT("branch"),
	{ 0 },
};

static const struct shape fleet[] = { REPOS(fleet_repo), { 0 } };
static const struct shape stage[] = { REPOS(repo), { 0 } };
static const struct shape probe[] = { REPOS(probe_head), { 0 } };
static const struct shape view[] = { REPOS(view_head), { 0 } };

static const struct shape exec[] = {
	{ "recovered", JSON_ARRAY, 0, .each = JSON_OBJECT,
	    .each_members = repo },
	{ 0 },
};

static const struct shape trouble[] = {
	TEXT("repo_key"),
	TEXT("code"),
	TEXT("text"),
	{ 0 },
};

static const struct shape verdict[] = {
	{ "reasons", JSON_ARRAY, SHAPE_NEED, .each = JSON_OBJECT,
	    .each_members = trouble },
	{ 0 },
};

static const struct shape project[] = {
	{ "verdict", JSON_OBJECT, SHAPE_NEED, .members = verdict },
	{ 0 },
};

static int
check(struct doc *doc, const char *name, const struct shape *shape,
    struct err *err)
{
	const struct json *member = doc_get(doc, name);
	char place[64];

	if (member == NULL)
		return 0;
	snprintf(place, sizeof place, "stdin: %s", name);
	if (json_type(member) != JSON_OBJECT)
		return err_set(err, EX_DATAERR,
		    "%s: expected an object, found %s", place,
		    json_type_name(json_type(member)));
	return shape_check(member, shape, 0, place, EX_DATAERR, err);
}

int
shapes_check(struct doc *doc, struct err *err)
{
	static const struct {
		const char *name;
		const struct shape *shape;
	} parts[] = {
		{ "fleet", fleet },
		{ "probe", stage },
		{ "probe", probe },
		{ "plan", stage },
		{ "gate", stage },
		{ "exec", stage },
		{ "exec", exec },
		{ "project", project },
	};
	size_t i;

	for (i = 0; i < sizeof parts / sizeof *parts; i++)
		if (check(doc, parts[i].name, parts[i].shape, err) == -1)
			return -1;
	return 0;
}

int
shapes_check_repos(struct doc *doc, bool is_fleet, struct err *err)
{
	struct buf text = { 0 };
	struct json *root;
	int done = -1;

	doc_bytes(doc, &text);
	root = json_parse_checked(text.data, text.len, err);
	if (root != NULL &&
	    shape_check(root, is_fleet ? fleet : stage, 0, "stdin", EX_DATAERR,
		err) == 0 &&
	    (is_fleet ||
		shape_check(root, view, 0, "stdin", EX_DATAERR, err) == 0))
		done = 0;
	json_free(root);
	buf_clear(&text);
	return done;
}
