#include "git/gitconfig.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "git/file.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FILE_MAX (4 << 20)
#define INCLUDE_MAX 10

struct reader {
	const char *at;     /* borrowed; NUL-terminated */
	struct buf section; /* "branch.main." */
	struct buf key;
	struct buf value;
};

static void
skip_blank(struct reader *reader)
{
	while (*reader->at == ' ' || *reader->at == '\t' || *reader->at == '\r')
		reader->at++;
}

static void
skip_line(struct reader *reader)
{
	while (*reader->at != '\0' && *reader->at != '\n')
		reader->at++;
}

/* [name], [name "Sub"] or the old [name.sub]; `at` is behind the bracket. */
static int
read_section(struct reader *reader)
{
	buf_reset(&reader->section);
	while (isalnum((unsigned char)*reader->at) || *reader->at == '-' ||
	       *reader->at == '.')
		buf_putc(&reader->section,
		    tolower((unsigned char)*reader->at++));
	buf_putc(&reader->section, '.');
	skip_blank(reader);
	if (*reader->at == '"') {
		for (reader->at++; *reader->at != '"'; reader->at++) {
			if (*reader->at == '\\')
				reader->at++;
			if (*reader->at == '\0' || *reader->at == '\n')
				return -1;
			buf_putc(&reader->section, *reader->at);
		}
		reader->at++;
		buf_putc(&reader->section, '.');
	}
	if (*reader->at != ']')
		return -1;
	reader->at++;

	return 0;
}

static int
read_escape(struct reader *reader)
{
	switch (*++reader->at) {
	case '\n':
		break;
	case '\r':
		if (reader->at[1] != '\n')
			return -1;
		reader->at++;
		break;
	case 'n':
		buf_putc(&reader->value, '\n');
		break;
	case 't':
		buf_putc(&reader->value, '\t');
		break;
	case 'b':
		buf_putc(&reader->value, '\b');
		break;
	case '"':
	case '\\':
		buf_putc(&reader->value, *reader->at);
		break;
	default:
		return -1;
	}
	reader->at++;

	return 0;
}

/* To the end of the line: quotes, escapes, comments, trailing blanks. */
static int
read_value(struct reader *reader)
{
	bool quoted = false;
	size_t keep = 0; /* trailing blanks behind this are dropped */

	buf_reset(&reader->value);
	skip_blank(reader);
	while (*reader->at != '\0' && *reader->at != '\n') {
		char c = *reader->at;

		if (!quoted && (c == '#' || c == ';')) {
			skip_line(reader);
			break;
		}
		if (c == '\\') {
			if (read_escape(reader) == -1)
				return -1;
			keep = reader->value.len;
			continue;
		}
		if (c == '"')
			quoted = !quoted;
		else
			buf_putc(&reader->value, c);
		if (quoted || (c != ' ' && c != '\t' && c != '\r'))
			keep = reader->value.len;
		reader->at++;
	}
	reader->value.len = keep;
	if (reader->value.data)
		reader->value.data[keep] = '\0';

	return quoted ? -1 : 0;
}

static int
read_entry(struct reader *reader)
{
	buf_reset(&reader->key);
	buf_add(&reader->key, buf_text(&reader->section), reader->section.len);
	if (!isalpha((unsigned char)*reader->at))
		return -1;
	while (isalnum((unsigned char)*reader->at) || *reader->at == '-')
		buf_putc(&reader->key, tolower((unsigned char)*reader->at++));
	skip_blank(reader);
	if (*reader->at == '=') {
		reader->at++;
		return read_value(reader);
	}
	buf_reset(&reader->value);
	buf_puts(&reader->value, "true");
	if (*reader->at == '#' || *reader->at == ';')
		skip_line(reader);

	return *reader->at == '\n' || *reader->at == '\0' ? 0 : -1;
}

static int read_file(struct gitconfig *config, const char *path, int depth);

static int
include(struct gitconfig *config, const char *from, const char *path, int depth)
{
	const char *slash = strrchr(from, '/');
	const char *home = getenv("HOME");
	char *full;
	int rc;

	if (depth >= INCLUDE_MAX)
		return -1;
	if (strncmp(path, "~/", 2) == 0 && home)
		full = xasprintf("%s%s", home, path + 1);
	else if (*path != '/' && slash)
		full = xasprintf("%.*s/%s", (int)(slash - from), from, path);
	else
		full = xstrdup(path);
	rc = read_file(config, full, depth + 1);
	free(full);

	return rc;
}

static int
add(struct gitconfig *config, const struct reader *reader, const char *path,
    int depth)
{
	const char *value = buf_text(&reader->value);
	struct gitconfig_entry *entry;

	config->entries =
	    xgrow(config->entries, config->count, &config->cap, sizeof(*entry));
	entry = &config->entries[config->count++];
	entry->key = xstrdup(buf_text(&reader->key));
	entry->value = xstrdup(value);
	if (strcmp(entry->key, "include.path") == 0)
		return include(config, path, value, depth) == -1 ? -1 : 0;

	return 0;
}

static int
read_all(struct gitconfig *config, struct reader *reader, const char *path,
    int depth)
{
	if (strncmp(reader->at, "\xef\xbb\xbf", 3) == 0)
		reader->at += 3;
	for (;;) {
		skip_blank(reader);
		switch (*reader->at) {
		case '\0':
			return 1;
		case '\n':
			reader->at++;
			break;
		case '#':
		case ';':
			skip_line(reader);
			break;
		case '[':
			reader->at++;
			if (read_section(reader) == -1)
				return -1;
			break;
		default:
			if (reader->section.len == 0 ||
			    read_entry(reader) == -1 ||
			    add(config, reader, path, depth) == -1)
				return -1;
		}
	}
}

static int
read_file(struct gitconfig *config, const char *path, int depth)
{
	struct reader reader = { 0 };
	struct buf text = { 0 };
	int rc;

	rc = file_read(path, FILE_MAX, &text);
	if (rc == 1) {
		reader.at = text.data;
		rc = read_all(config, &reader, path, depth);
	}
	buf_clear(&reader.section);
	buf_clear(&reader.key);
	buf_clear(&reader.value);
	buf_clear(&text);

	return rc;
}

int
gitconfig_read(struct gitconfig *config, const char *path)
{
	return read_file(config, path, 0);
}

const char *
gitconfig_get(const struct gitconfig *config, const char *key)
{
	size_t i;

	for (i = config->count; i-- > 0;)
		if (strcmp(config->entries[i].key, key) == 0)
			return config->entries[i].value;

	return NULL;
}

const char *
gitconfig_get_sub(const struct gitconfig *config, const char *section,
    const char *sub, const char *name)
{
	struct buf key = { 0 };
	const char *value;

	buf_printf(&key, "%s.%s.%s", section, sub, name);
	value = gitconfig_get(config, buf_text(&key));
	buf_clear(&key);

	return value;
}

bool
gitconfig_bool(const struct gitconfig *config, const char *key, bool otherwise)
{
	const char *value = gitconfig_get(config, key);

	if (!value)
		return otherwise;
	if (strcasecmp(value, "true") == 0 || strcasecmp(value, "yes") == 0 ||
	    strcasecmp(value, "on") == 0)
		return true;
	if (strcasecmp(value, "false") == 0 || strcasecmp(value, "no") == 0 ||
	    strcasecmp(value, "off") == 0 || *value == '\0')
		return false;

	return isdigit((unsigned char)*value) ? atoi(value) != 0 : otherwise;
}

void
gitconfig_clear(struct gitconfig *config)
{
	size_t i;

	for (i = 0; i < config->count; i++) {
		free(config->entries[i].key);
		free(config->entries[i].value);
	}
	free(config->entries);
	*config = (struct gitconfig){ 0 };
}
