#include "git/packed.h"
#include <ctype.h>
#include <string.h>

#define OID_LEN (OID_SIZE - 1)

bool
packed_is_oid(const char *text)
{
	size_t i;

	for (i = 0; i < OID_LEN; i++)
		if (!isxdigit((unsigned char)text[i]) ||
		    isupper((unsigned char)text[i]))
			return false;

	return true;
}

static const char *
line_end(const char *at)
{
	return at + strcspn(at, "\n");
}

static const char *
next_line(const char *at)
{
	at = line_end(at);

	return at + (*at == '\n');
}

static bool
line_sound(const char *at)
{
	if (*at == '^')
		return packed_is_oid(at + 1);

	return *at == '#' || (packed_is_oid(at) && at[OID_LEN] == ' ' &&
				 at[OID_SIZE] != '\n' && at[OID_SIZE] != '\0');
}

bool
packed_sound(const struct buf *text)
{
	const char *at = buf_text(text);

	if (strlen(at) != text->len)
		return false;
	for (; *at != '\0'; at = next_line(at))
		if (!line_sound(at))
			return false;

	return true;
}

bool
packed_next(const char *at, struct packed_ref *ref)
{
	const char *end;

	while (*at != '\0' && (!packed_is_oid(at) || at[OID_LEN] != ' '))
		at = next_line(at);
	if (*at == '\0')
		return false;
	end = line_end(at);
	ref->oid = at;
	ref->name = at + OID_SIZE;
	ref->len = (size_t)(end - ref->name);
	if (ref->len > 0 && end[-1] == '\r')
		ref->len--;
	ref->end = next_line(at);
	if (*ref->end == '^')
		ref->end = next_line(ref->end);

	return true;
}

/* By strstr(3), which is fast: a line for each of 100,000 is not. */
bool
packed_find(const char *text, const char *name, char oid[OID_SIZE])
{
	size_t len = strlen(name);
	const char *at;

	for (at = text; (at = strstr(at, name)) != NULL; at += len)
		if (at - text >= OID_SIZE && at[-1] == ' ' &&
		    (at[len] == '\n' || at[len] == '\r') &&
		    (at - text == OID_SIZE || at[-OID_SIZE - 1] == '\n') &&
		    packed_is_oid(at - OID_SIZE)) {
			memcpy(oid, at - OID_SIZE, OID_LEN);
			oid[OID_LEN] = '\0';
			return true;
		}

	return false;
}

/* Is one of the two a folder of the other? */
static bool
conflicts(const struct packed_ref *ref, const char *name)
{
	size_t len = strlen(name);

	if (ref->len < len)
		return memcmp(ref->name, name, ref->len) == 0 &&
		       name[ref->len] == '/';

	return ref->len > len && memcmp(ref->name, name, len) == 0 &&
	       ref->name[len] == '/';
}

bool
packed_conflicts(const char *text, const char *name)
{
	struct packed_ref ref;

	for (; packed_next(text, &ref); text = ref.end)
		if (conflicts(&ref, name))
			return true;

	return false;
}

static bool
is_one_of(const struct packed_ref *ref, const char *const *names, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strlen(names[i]) == ref->len &&
		    memcmp(names[i], ref->name, ref->len) == 0)
			return true;

	return false;
}

bool
packed_drop(const char *text, const char *const *names, size_t count,
    struct buf *out)
{
	struct packed_ref ref;
	bool any = false;
	const char *at = text;

	for (; packed_next(at, &ref); at = ref.end)
		if (is_one_of(&ref, names, count)) {
			buf_add(out, text, (size_t)(ref.oid - text));
			text = ref.end;
			any = true;
		}
	buf_add(out, text, strlen(text));

	return any;
}
