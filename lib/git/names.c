#include "git/names.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#define COMPONENT_MAX 255

/* One UTF-8 character; what is none counts as itself, a byte. */
static uint32_t
decode(const unsigned char **at)
{
	const unsigned char *s = *at;

	if (s[0] >= 0xe0 && s[0] < 0xf0 && (s[1] & 0xc0) == 0x80 &&
	    (s[2] & 0xc0) == 0x80) {
		*at += 3;
		return (uint32_t)(s[0] & 15) << 12 |
		       (uint32_t)(s[1] & 63) << 6 | (s[2] & 63);
	}
	*at += 1;

	return s[0];
}

/* Characters that HFS+ leaves out when it compares names. */
static bool
hfs_ignores(uint32_t c)
{
	return (c >= 0x200c && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x206a && c <= 0x206f) || c == 0xfeff;
}

static bool
hfs_dot_git(const char *name)
{
	const unsigned char *at = (const unsigned char *)name;
	const char *want = ".git";
	uint32_t c;

	while (*at != '\0') {
		c = decode(&at);
		if (hfs_ignores(c))
			continue;
		if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		if (*want == '\0' || c != (uint32_t)*want)
			return false;
		want++;
	}

	return *want == '\0';
}

/* ".git" or its short name, then what NTFS cuts off. */
static bool
ntfs_dot_git(const char *name)
{
	const char *at;

	if (strncasecmp(name, ".git", 4) == 0)
		at = name + 4;
	else if (strncasecmp(name, "git~1", 5) == 0)
		at = name + 5;
	else
		return false;
	at += strspn(at, " .");

	return *at == '\0' || *at == ':' || *at == '\\';
}

const char *
names_unsafe(const char *name)
{
	const unsigned char *at;

	if (*name == '\0')
		return "empty";
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return "dots";
	if (strchr(name, '/'))
		return "separator";
	if (hfs_dot_git(name) || ntfs_dot_git(name))
		return "dot-git";
	for (at = (const unsigned char *)name; *at != '\0'; at++)
		if (*at < ' ' || *at == 0x7f)
			return "control-character";

	return strlen(name) > COMPONENT_MAX ? "over-long" : NULL;
}

bool
names_path_safe(const char *path)
{
	const char *at, *end;

	for (at = path;; at = end + 1) {
		end = strchrnul(at, '/');
		if (end == at || (end - at == 1 && at[0] == '.') ||
		    (end - at == 2 && at[0] == '.' && at[1] == '.') ||
		    (end - at == 4 && strncasecmp(at, ".git", 4) == 0))
			return false;
		if (*end == '\0')
			return true;
	}
}

/* 0100664 was written by old gits and is read as 0100644. */
const char *
names_unsafe_mode(unsigned mode)
{
	switch (mode) {
	case 0040000:
	case 0100644:
	case 0100664:
	case 0100755:
	case 0120000:
	case 0160000:
		return NULL;
	default:
		return "mode";
	}
}
