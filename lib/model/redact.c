#include "model/redact.h"
#include "base/buf.h"
#include "json/utf8.h"
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Where a word of free text ends. */
static size_t
word_len(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len && (unsigned char)text[i] > ' '; i++)
		if (strchr("\"'`<>", text[i]) != NULL)
			break;

	return i;
}

/* Where the user in [at, end) ends, behind the last "@"; `at`: none. */
static const char *
user_end(const char *at, const char *end)
{
	const char *host_end = at, *i, *last = at;
	bool odd = false;

	while (host_end < end && strchr("/?#", *host_end) == NULL)
		host_end++;
	for (i = at; i < host_end; i++)
		if (*i == '@')
			last = i + 1;
	/* a password with a "/" in it: what is there of it is no port */
	i = last == at ? memchr(at, ':', (size_t)(host_end - at)) : NULL;
	while (i != NULL && ++i < host_end)
		odd = odd || !isdigit((unsigned char)*i);
	for (i = at; odd && i < end; i++)
		if (*i == '@')
			last = i + 1;

	return last;
}

/* A word that holds "://" at `rest` - 3. */
static void
redact_url(struct buf *out, const char *word, const char *rest, const char *end)
{
	const char *host = user_end(rest, end);
	bool ssh = rest - word >= 6 && strncmp(rest - 6, "ssh", 3) == 0;

	buf_add(out, word, (size_t)(rest - word));
	if (ssh && memchr(rest, ':', (size_t)(host - rest)) == NULL)
		host = rest;
	buf_add(out, host, (size_t)(end - host));
}

/* user:password@host:path, the form without a scheme. */
static void
redact_scp(struct buf *out, const char *word, const char *end)
{
	const char *colon = memchr(word, ':', (size_t)(end - word)), *sign;

	sign = colon == NULL ? NULL : memchr(colon, '@', (size_t)(end - colon));
	if (sign == NULL) {
		buf_add(out, word, (size_t)(end - word));
		return;
	}
	buf_add(out, word, (size_t)(colon - word));
	buf_puts(out, ":***");
	buf_add(out, sign, (size_t)(end - sign));
}

static void
redact_word(struct buf *out, const char *word, size_t len)
{
	const char *end = word + len, *mark = memmem(word, len, "://", 3);
	const char *cut;

	if (mark == NULL) {
		redact_scp(out, word, end);
		return;
	}
	mark += 3;
	cut = user_end(mark, end);
	while (cut < end && *cut != '?' && *cut != '#')
		cut++;
	redact_url(out, word, mark, cut);
}

char *
url_redacted(const char *text)
{
	struct buf out = { 0 };
	size_t len;

	while (*text != '\0') {
		if ((len = word_len(text, SIZE_MAX)) > 0) {
			redact_word(&out, text, len);
			text += len;
			continue;
		}
		buf_putc(&out, iscntrl((unsigned char)*text) ? ' ' : *text);
		text++;
	}

	return buf_take(&out);
}

char *
name_redacted(const char *text)
{
	char *plain = url_redacted(text);
	struct buf out = { 0 };
	size_t at = 0, len = strlen(plain), size;
	uint32_t point;

	for (; at<len; at += size> 0 ? size : 1) {
		size = utf8_read(plain + at, len - at, &point);
		utf8_add(&out, size > 0 ? point : 0xfffd);
	}
	free(plain);

	return buf_take(&out);
}

void
redact_bytes(struct buf *out, const char *bytes, size_t len)
{
	size_t at = 0, word;

	while (at < len) {
		word = word_len(bytes + at, len - at);
		if (word > 0)
			redact_word(out, bytes + at, word);
		else
			buf_putc(out, bytes[at++]);
		at += word;
	}
}
