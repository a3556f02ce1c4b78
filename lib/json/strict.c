#include "json/strict.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "json/escape.h"
#include "json/utf8.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A member name met in an object that is still open. */
struct key {
	size_t at; /* in scan.names */
	size_t len;
};

struct scan {
	const char *text;
	size_t len, at;
	const char *place;
	int depth;
	struct buf names; /* of the open objects, unescaped, outermost first */
	struct key *keys; /* likewise */
	size_t key_count, key_cap;
	struct strict_member *members; /* of the outermost object */
	size_t member_count, member_cap;
	bool want_members;
	struct err *err;
};

static int value(struct scan *scan);

static int
line_of(const struct scan *scan)
{
	const char *p = scan->text, *end = scan->text + scan->at;
	int line = 1;

	while ((p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		line++;
		p++;
	}
	return line;
}

static int
refuse(struct scan *scan, const char *reason)
{
	return err_set(scan->err, EX_DATAERR, "%s: %d: %s", scan->place,
	    line_of(scan), reason);
}

static int
peek(const struct scan *scan)
{
	return scan->at < scan->len ? (unsigned char)scan->text[scan->at] : -1;
}

/* "expected WHAT, found ..." at where the scan stands. */
static int
expected(struct scan *scan, const char *what)
{
	int c = peek(scan);

	if (c == -1)
		return err_set(scan->err, EX_DATAERR,
		    "%s: %d: expected %s, found the end", scan->place,
		    line_of(scan), what);
	if (c < 0x20 || c > 0x7e)
		return err_set(scan->err, EX_DATAERR,
		    "%s: %d: expected %s, found byte 0x%02x", scan->place,
		    line_of(scan), what, (unsigned)c);
	return err_set(scan->err, EX_DATAERR, "%s: %d: expected %s, found '%c'",
	    scan->place, line_of(scan), what, c);
}

static void
skip_space(struct scan *scan)
{
	while (
	    scan->at < scan->len &&
	    (scan->text[scan->at] == ' ' || scan->text[scan->at] == '\n' ||
		scan->text[scan->at] == '\t' || scan->text[scan->at] == '\r'))
		scan->at++;
}

/* The four digits behind \u, as a number; -1 where they are none. */
static int32_t
unit(const struct scan *scan, size_t at)
{
	int32_t number = 0;
	size_t i;

	for (i = at; i < at + 4; i++) {
		char c = i < scan->len ? scan->text[i] : '\0';

		if (c >= '0' && c <= '9')
			number = number << 4 | (c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			number = number << 4 | ((c | 0x20) - 'a' + 10);
		else
			return -1;
	}
	return number;
}

static int
unicode_escape(struct scan *scan)
{
	int32_t high = unit(scan, scan->at + 1), low;

	if (high == -1)
		return refuse(scan, "expected four hex digits after \\u");
	if (high == 0)
		return refuse(scan, "\\u0000 is not allowed");
	scan->at += 5;
	if (high < 0xd800 || high > 0xdfff)
		return 0;
	low = high <= 0xdbff && peek(scan) == '\\' &&
		      scan->at + 1 < scan->len &&
		      scan->text[scan->at + 1] == 'u'
		  ? unit(scan, scan->at + 2)
		  : -1;
	if (low < 0xdc00 || low > 0xdfff)
		return refuse(scan, "lone surrogate");
	scan->at += 6;
	return 0;
}

static int
escape(struct scan *scan)
{
	int c;

	scan->at++;
	c = peek(scan);
	if (c == 'u')
		return unicode_escape(scan);
	if (c == -1 || c == 0 || strchr("\"\\/bfnrt", c) == NULL)
		return expected(scan, "an escape");
	scan->at++;
	return 0;
}

static int
string(struct scan *scan)
{
	uint32_t point;
	size_t step;
	int c;

	for (scan->at++; (c = peek(scan)) != '"';) {
		if (c == -1)
			return refuse(scan, "string without its end");
		if (c < 0x20)
			return refuse(scan, "control character in a string");
		if (c == '\\') {
			if (escape(scan) == -1)
				return -1;
		} else if (c < 0x80) {
			scan->at++;
		} else {
			step = utf8_read(scan->text + scan->at,
			    scan->len - scan->at, &point);
			if (step == 0)
				return refuse(scan, "invalid UTF-8");
			scan->at += step;
		}
	}
	scan->at++;
	return 0;
}

static int
number(struct scan *scan)
{
	size_t from = scan->at;
	int64_t n = 0;
	int c;

	if (peek(scan) == '-')
		scan->at++;
	c = peek(scan);
	if (c < '0' || c > '9')
		return expected(scan, "a digit");
	while ((c = peek(scan)) >= '0' && c <= '9') {
		n = n * 10 + (c - '0');
		if (n > JSON_INT_MAX)
			return refuse(scan,
			    "number beyond 9007199254740991 (2^53-1)");
		scan->at++;
	}
	if (c == '.' || c == 'e' || c == 'E')
		return refuse(scan, "expected a whole, plain number");
	if (scan->text[from] == '-')
		from++;
	if (scan->text[from] == '0' && scan->at - from > 1)
		return refuse(scan, "number with a leading zero");
	if (n == 0 && from > 0 && scan->text[from - 1] == '-')
		return refuse(scan, "expected a whole, plain number");
	return 0;
}

static int
word(struct scan *scan, const char *text)
{
	size_t len = strlen(text);

	if (scan->len - scan->at < len ||
	    memcmp(scan->text + scan->at, text, len) != 0)
		return expected(scan, "a value");
	scan->at += len;
	return 0;
}

/* Remember the name that stands at [from, scan->at). */
static void
push_key(struct scan *scan, size_t from)
{
	struct key *key;

	scan->keys = xgrow(scan->keys, scan->key_count, &scan->key_cap,
	    sizeof *scan->keys);
	key = &scan->keys[scan->key_count++];
	key->at = scan->names.len;
	escape_undo(&scan->names, scan->text + from, scan->at - from);
	key->len = scan->names.len - key->at;
}

static int
compare_keys(const void *a, const void *b, void *names)
{
	const struct key *x = a, *y = b;
	const char *data = names;

	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return x->len ? memcmp(data + x->at, data + y->at, x->len) : 0;
}

/* The names from `first` on are those of the object that ends here. */
static int
check_keys(struct scan *scan, size_t first)
{
	struct key *keys = scan->keys + first;
	size_t i, count = scan->key_count - first;

	if (count < 2)
		return 0;
	qsort_r(keys, count, sizeof *keys, compare_keys, scan->names.data);
	for (i = 1; i < count; i++)
		if (compare_keys(&keys[i - 1], &keys[i], scan->names.data) == 0)
			return err_set(scan->err, EX_DATAERR,
			    "%s: %d: duplicate member name \"%.*s\"",
			    scan->place, line_of(scan),
			    (int)(keys[i].len > 80 ? 80 : keys[i].len),
			    scan->names.data + keys[i].at);
	return 0;
}

static void
pop_keys(struct scan *scan, size_t first)
{
	if (scan->key_count > first)
		scan->names.len = scan->keys[first].at;
	scan->key_count = first;
}

static struct strict_member *
push_member(struct scan *scan)
{
	scan->members = xgrow(scan->members, scan->member_count,
	    &scan->member_cap, sizeof *scan->members);
	return &scan->members[scan->member_count++];
}

static int
member(struct scan *scan)
{
	struct strict_member m = { .name_at = scan->at };
	bool top = scan->depth == 1 && scan->want_members;

	if (peek(scan) != '"')
		return expected(scan, "a member name");
	if (string(scan) == -1)
		return -1;
	m.name_len = scan->at - m.name_at;
	push_key(scan, m.name_at);
	skip_space(scan);
	if (peek(scan) != ':')
		return expected(scan, "':'");
	scan->at++;
	skip_space(scan);
	m.value_at = scan->at;
	if (value(scan) == -1)
		return -1;
	m.value_len = scan->at - m.value_at;
	if (top)
		*push_member(scan) = m;
	return 0;
}

static int
object(struct scan *scan)
{
	size_t first = scan->key_count, names = scan->names.len;

	scan->at++;
	skip_space(scan);
	if (peek(scan) == '}') {
		scan->at++;
		return 0;
	}
	for (;;) {
		if (member(scan) == -1)
			return -1;
		skip_space(scan);
		if (peek(scan) == '}')
			break;
		if (peek(scan) != ',')
			return expected(scan, "',' or '}'");
		scan->at++;
		skip_space(scan);
	}
	scan->at++;
	if (check_keys(scan, first) == -1)
		return -1;
	pop_keys(scan, first);
	scan->names.len = names;
	return 0;
}

static int
array(struct scan *scan)
{
	scan->at++;
	skip_space(scan);
	if (peek(scan) == ']') {
		scan->at++;
		return 0;
	}
	for (;;) {
		if (value(scan) == -1)
			return -1;
		skip_space(scan);
		if (peek(scan) == ']')
			break;
		if (peek(scan) != ',')
			return expected(scan, "',' or ']'");
		scan->at++;
		skip_space(scan);
	}
	scan->at++;
	return 0;
}

static int
nested(struct scan *scan, int (*container)(struct scan *))
{
	int result;

	if (scan->depth == JSON_DEPTH_MAX)
		return refuse(scan, "nested deeper than 64");
	scan->depth++;
	result = container(scan);
	scan->depth--;
	return result;
}

static int
value(struct scan *scan)
{
	switch (peek(scan)) {
	case '{':
		return nested(scan, object);
	case '[':
		return nested(scan, array);
	case '"':
		return string(scan);
	case 't':
		return word(scan, "true");
	case 'f':
		return word(scan, "false");
	case 'n':
		return word(scan, "null");
	case '-':
	case '0':
	case '1':
	case '2':
	case '3':
	case '4':
	case '5':
	case '6':
	case '7':
	case '8':
	case '9':
		return number(scan);
	default:
		return expected(scan, "a value");
	}
}

static int
whole(struct scan *scan)
{
	skip_space(scan);
	if (scan->want_members && peek(scan) != '{')
		return expected(scan, "an object");
	if (value(scan) == -1)
		return -1;
	skip_space(scan);
	if (scan->at != scan->len)
		return expected(scan, "the end");
	return 0;
}

int
strict_check(const char *text, size_t len, const char *place,
    struct strict_member **members, size_t *count, struct err *err)
{
	struct scan scan = { .text = text,
		.len = len,
		.place = place,
		.want_members = members != NULL,
		.err = err };
	int result = whole(&scan);

	if (result == 0 && members != NULL) {
		*members = scan.members;
		*count = scan.member_count;
		scan.members = NULL;
	}
	free(scan.members);
	free(scan.keys);
	buf_clear(&scan.names);
	return result;
}
