#include "json/utf8.h"
#include <string.h>

size_t
utf8_read(const char *bytes, size_t len, uint32_t *point)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first;
	size_t i, need;

	if (len == 0)
		return 0;
	first = (unsigned char)bytes[0];
	if (first < 0x80) {
		*point = first;
		return 1;
	}
	need = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
	if (first < 0xc2 || first > 0xf4 || need > len)
		return 0;
	*point = first & (0x7fu >> need);
	for (i = 1; i < need; i++) {
		if (((unsigned char)bytes[i] & 0xc0) != 0x80)
			return 0;
		*point = *point << 6 | ((unsigned char)bytes[i] & 0x3f);
	}
	if (*point < least[need] || *point > 0x10ffff ||
	    (*point >= 0xd800 && *point <= 0xdfff))
		return 0;
	return need;
}

void
utf8_add(struct buf *out, uint32_t point)
{
	char bytes[4];
	size_t len = 0;

	if (point < 0x80) {
		bytes[len++] = (char)point;
	} else if (point < 0x800) {
		bytes[len++] = (char)(0xc0 | point >> 6);
		bytes[len++] = (char)(0x80 | (point & 0x3f));
	} else if (point < 0x10000) {
		bytes[len++] = (char)(0xe0 | point >> 12);
		bytes[len++] = (char)(0x80 | (point >> 6 & 0x3f));
		bytes[len++] = (char)(0x80 | (point & 0x3f));
	} else {
		bytes[len++] = (char)(0xf0 | point >> 18);
		bytes[len++] = (char)(0x80 | (point >> 12 & 0x3f));
		bytes[len++] = (char)(0x80 | (point >> 6 & 0x3f));
		bytes[len++] = (char)(0x80 | (point & 0x3f));
	}
	buf_add(out, bytes, len);
}

bool
utf8_valid(const char *text)
{
	size_t left = strlen(text), len;
	uint32_t point;

	for (; left > 0; text += len, left -= len)
		if ((len = utf8_read(text, left, &point)) == 0)
			return false;

	return true;
}
