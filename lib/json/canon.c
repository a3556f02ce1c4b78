#include "json/canon.h"
#include "base/alloc.h"
#include "json/escape.h"
#include "json/utf8.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A member of an object that is being written: where its canonical bytes
 * stand in the output, and its unescaped name. */
struct entry {
	size_t at, len;
	size_t name_at, name_len;
};

struct canon {
	const char *text;
	size_t at;
	struct buf *out;
	struct buf names;
	struct entry *entries;
	size_t count, cap;
};

static void value(struct canon *canon);

static void
skip_space(struct canon *canon)
{
	canon->at += strspn(canon->text + canon->at, " \n\t\r");
}

static size_t
string_len(const char *text)
{
	size_t at = 1;

	for (; text[at] != '"'; at++)
		if (text[at] == '\\')
			at++;
	return at + 1;
}

/* The string here, unescaped, behind what `to` holds. */
static void
unescape(struct canon *canon, struct buf *to)
{
	size_t len = string_len(canon->text + canon->at);

	escape_undo(to, canon->text + canon->at, len);
	canon->at += len;
}

static void
string(struct canon *canon)
{
	size_t len = string_len(canon->text + canon->at);
	const char *text = canon->text + canon->at;
	struct buf plain = { 0 };

	if (memchr(text, '\\', len) == NULL) {
		buf_add(canon->out, text, len);
		canon->at += len;
		return;
	}
	unescape(canon, &plain);
	escape_add(canon->out, buf_text(&plain), plain.len);
	buf_clear(&plain);
}

/* The next UTF-16 code unit of a name; `*low` keeps a pair's second half. */
static uint32_t
next_unit(const char *name, size_t len, size_t *at, uint32_t *low)
{
	uint32_t point = 0, unit = *low;

	if (unit != 0) {
		*low = 0;
		return unit;
	}
	*at += utf8_read(name + *at, len - *at, &point);
	if (point < 0x10000)
		return point;
	point -= 0x10000;
	*low = 0xdc00 + (point & 0x3ff);
	return 0xd800 + (point >> 10);
}

/* RFC 8785, section 3.2.3: by UTF-16 code units. */
static int
compare_units(const char *p, size_t p_len, const char *q, size_t q_len)
{
	size_t i = 0, j = 0;
	uint32_t low_p = 0, low_q = 0, u, v;

	for (;;) {
		bool p_ends = i == p_len && low_p == 0;
		bool q_ends = j == q_len && low_q == 0;

		if (p_ends || q_ends)
			return (int)q_ends - (int)p_ends;
		u = next_unit(p, p_len, &i, &low_p);
		v = next_unit(q, q_len, &j, &low_q);
		if (u != v)
			return u < v ? -1 : 1;
	}
}

/* The same; where names part in ASCII, their bytes say it. */
static int
compare_names(const char *p, size_t p_len, const char *q, size_t q_len)
{
	size_t i = 0, len = p_len < q_len ? p_len : q_len;

	while (i < len && p[i] == q[i])
		i++;
	if (i == len)
		return (p_len > q_len) - (p_len < q_len);
	if ((unsigned char)p[i] < 0x80 && (unsigned char)q[i] < 0x80)
		return p[i] < q[i] ? -1 : 1;
	return compare_units(p, p_len, q, q_len);
}

static int
compare(const void *a, const void *b, void *names)
{
	const struct entry *x = a, *y = b;

	return compare_names((const char *)names + x->name_at, x->name_len,
	    (const char *)names + y->name_at, y->name_len);
}

static bool
are_sorted(const struct entry *entries, size_t count, char *names)
{
	size_t i;

	for (i = 1; i < count; i++)
		if (compare(&entries[i - 1], &entries[i], names) > 0)
			return false;
	return true;
}

static void
add_entry(struct canon *canon, struct entry entry)
{
	canon->entries = xgrow(canon->entries, canon->count, &canon->cap,
	    sizeof *canon->entries);
	canon->entries[canon->count++] = entry;
}

/* Put the members from `first` on, written one behind the other from `start`
 * with commas between them, in order. */
static void
settle(struct canon *canon, size_t first, size_t start)
{
	struct entry *entries = canon->entries + first;
	size_t i, count = canon->count - first;
	struct buf sorted = { 0 };

	canon->count = first;
	if (are_sorted(entries, count, canon->names.data))
		return;
	qsort_r(entries, count, sizeof *entries, compare, canon->names.data);
	buf_reserve(&sorted, canon->out->len - start);
	for (i = 0; i < count; i++) {
		if (i > 0)
			buf_putc(&sorted, ',');
		buf_add(&sorted, canon->out->data + entries[i].at,
		    entries[i].len);
	}
	canon->out->len = start;
	buf_add(canon->out, sorted.data, sorted.len);
	buf_clear(&sorted);
}

static void
member(struct canon *canon)
{
	struct entry entry = { .at = canon->out->len,
		.name_at = canon->names.len };

	unescape(canon, &canon->names);
	entry.name_len = canon->names.len - entry.name_at;
	escape_add(canon->out, buf_text(&canon->names) + entry.name_at,
	    entry.name_len);
	skip_space(canon);
	canon->at++;
	buf_putc(canon->out, ':');
	skip_space(canon);
	value(canon);
	entry.len = canon->out->len - entry.at;
	add_entry(canon, entry);
}

static void
object(struct canon *canon)
{
	size_t first = canon->count, names = canon->names.len, start;

	buf_putc(canon->out, '{');
	start = canon->out->len;
	canon->at++;
	skip_space(canon);
	while (canon->text[canon->at] != '}') {
		member(canon);
		skip_space(canon);
		if (canon->text[canon->at] == ',') {
			buf_putc(canon->out, ',');
			canon->at++;
			skip_space(canon);
		}
	}
	canon->at++;
	settle(canon, first, start);
	canon->names.len = names;
	buf_putc(canon->out, '}');
}

static void
array(struct canon *canon)
{
	buf_putc(canon->out, '[');
	canon->at++;
	skip_space(canon);
	while (canon->text[canon->at] != ']') {
		value(canon);
		skip_space(canon);
		if (canon->text[canon->at] == ',') {
			buf_putc(canon->out, ',');
			canon->at++;
			skip_space(canon);
		}
	}
	canon->at++;
	buf_putc(canon->out, ']');
}

static void
plain(struct canon *canon)
{
	size_t len = strspn(canon->text + canon->at,
	    "-0123456789abcdefghijklmnopqrstuvwxyz");

	buf_add(canon->out, canon->text + canon->at, len);
	canon->at += len;
}

static void
value(struct canon *canon)
{
	switch (canon->text[canon->at]) {
	case '{':
		object(canon);
		break;
	case '[':
		array(canon);
		break;
	case '"':
		string(canon);
		break;
	default:
		plain(canon);
	}
}

void
canon_add(struct buf *out, const char *text, size_t len)
{
	struct canon canon = { .out = out, .text = text };
	char *own = NULL;

	/* An object, array or string has an end of its own. */
	if (len > 0 && strchr("{[\"", *text) == NULL)
		canon.text = own = xstrndup(text, len);
	skip_space(&canon);
	value(&canon);
	free(own);
	free(canon.entries);
	buf_clear(&canon.names);
}

void
canon_hash(const char *text, size_t len, char out[HASH_NAMED_SIZE])
{
	struct buf bytes = { 0 };
	struct hash hash;

	canon_add(&bytes, text, len);
	hash_init(&hash);
	hash_add(&hash, bytes.data, bytes.len);
	hash_named(&hash, out);
	buf_clear(&bytes);
}

static int
compare_members(const void *a, const void *b)
{
	const struct canon_member *x = a, *y = b;

	return compare_names(x->name, strlen(x->name), y->name,
	    strlen(y->name));
}

void
canon_hash_members(struct canon_member *members, size_t count,
    char out[HASH_NAMED_SIZE])
{
	struct buf bytes = { 0 };
	struct hash hash;
	size_t i;

	hash_init(&hash);
	if (count > 0)
		qsort(members, count, sizeof *members, compare_members);
	for (i = 0; i < count; i++) {
		buf_putc(&bytes, i > 0 ? ',' : '{');
		escape_add(&bytes, members[i].name, strlen(members[i].name));
		buf_putc(&bytes, ':');
		canon_add(&bytes, members[i].text, members[i].len);
		hash_add(&hash, bytes.data, bytes.len);
		buf_reset(&bytes);
	}
	buf_puts(&bytes, count > 0 ? "}" : "{}");
	hash_add(&hash, bytes.data, bytes.len);
	hash_named(&hash, out);
	buf_clear(&bytes);
}
