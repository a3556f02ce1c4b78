#include "git/gitconfig.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "git/file.h"
#include "git/include.h"
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

/* One file of those that are read together. */
struct file {
	struct gitconfig *config;            /* borrowed */
	const struct gitconfig_scope *scope; /* borrowed; or NULL */
	const char *path;                    /* borrowed */
	int depth;
	bool conditional;
};

static int read_file(const struct file *file);

static int
include(const struct file *from, const char *path, bool conditional)
{
	char *full = include_path(path, from->path);
	struct file file = *from;
	int rc;

	if (from->depth >= INCLUDE_MAX) {
		free(full);
		return -1;
	}
	if (!full)
		return 0;
	file.path = full;
	file.depth++;
	file.conditional |= conditional;
	rc = read_file(&file);
	free(full);

	return rc;
}

/* What stands between "includeif." and ".path", or NULL. */
static char *
condition_of(const char *key)
{
	static const char front[] = "includeif.", back[] = ".path";
	size_t len = strlen(key), around = sizeof(front) + sizeof(back) - 2;

	if (len <= around || strncmp(key, front, sizeof(front) - 1) != 0 ||
	    strcmp(key + len - (sizeof(back) - 1), back) != 0)
		return NULL;

	return xstrndup(key + sizeof(front) - 1, len - around);
}

static int
follow(const struct file *file, const char *key, const char *value)
{
	char *condition = condition_of(key);
	int rc = 0;

	if (strcmp(key, "include.path") == 0)
		rc = include(file, value, false);
	if (condition) {
		file->config->conditional = true;
		file->config->asks_urls |= include_asks_urls(condition);
		if (include_holds(condition, file->path, file->scope))
			rc = include(file, value, true);
	}
	free(condition);

	return rc == -1 ? -1 : 0;
}

static int
add(const struct file *file, const struct reader *reader)
{
	struct gitconfig *config = file->config;
	struct gitconfig_entry *entry;

	config->entries =
	    xgrow(config->entries, config->count, &config->cap, sizeof(*entry));
	entry = &config->entries[config->count++];
	entry->key = xstrdup(buf_text(&reader->key));
	entry->value = xstrdup(buf_text(&reader->value));
	entry->conditional = file->conditional;

	return strncmp(entry->key, "include", 7) != 0
		   ? 0
		   : follow(file, buf_text(&reader->key),
			 buf_text(&reader->value));
}

static int
read_all(const struct file *file, struct reader *reader)
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
			    read_entry(reader) == -1 || add(file, reader) == -1)
				return -1;
		}
	}
}

static int
read_file(const struct file *file)
{
	struct reader reader = { 0 };
	struct buf text = { 0 };
	int rc;

	rc = file_read(file->path, FILE_MAX, &text);
	if (rc == 1) {
		reader.at = text.data;
		rc = read_all(file, &reader);
	}
	buf_clear(&reader.section);
	buf_clear(&reader.key);
	buf_clear(&reader.value);
	buf_clear(&text);

	return rc;
}

int
gitconfig_read(struct gitconfig *config, const char *path,
    const struct gitconfig_scope *scope)
{
	struct file file = { .config = config, .scope = scope, .path = path };
	struct gitconfig_scope own;
	struct gitconfig first = { 0 };
	int rc;

	if (!scope || scope->urls)
		return read_file(&file);
	file.config = &first;
	rc = read_file(&file);
	if (rc == 1 && first.asks_urls) {
		own = *scope;
		own.urls = &first;
		file.scope = &own;
	}
	file.config = config;
	if (rc == 1)
		rc = read_file(&file);
	gitconfig_clear(&first);

	return rc;
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

void
gitconfig_get_all(const struct gitconfig *config, const char *section,
    const char *sub, const char *name, struct list *out)
{
	struct buf key = { 0 };
	size_t i;

	buf_printf(&key, "%s.%s.%s", section, sub, name);
	for (i = 0; i < config->count; i++)
		if (strcmp(config->entries[i].key, buf_text(&key)) == 0)
			list_add(out, config->entries[i].value);
	buf_clear(&key);
}

const char *
gitconfig_remote_url(const struct gitconfig *config, const char *name)
{
	struct buf key = { 0 };
	const char *url = NULL;
	size_t i;

	buf_printf(&key, "remote.%s.url", name);
	for (i = 0; !url && i < config->count; i++)
		if (strcmp(config->entries[i].key, buf_text(&key)) == 0)
			url = config->entries[i].value;
	buf_clear(&key);

	return url;
}

bool
gitconfig_true(const char *value, bool otherwise)
{
	if (strcasecmp(value, "true") == 0 || strcasecmp(value, "yes") == 0 ||
	    strcasecmp(value, "on") == 0)
		return true;
	if (strcasecmp(value, "false") == 0 || strcasecmp(value, "no") == 0 ||
	    strcasecmp(value, "off") == 0 || *value == '\0')
		return false;

	return isdigit((unsigned char)*value) ? atoi(value) != 0 : otherwise;
}

bool
gitconfig_bool(const struct gitconfig *config, const char *key, bool otherwise)
{
	const char *value = gitconfig_get(config, key);

	return value ? gitconfig_true(value, otherwise) : otherwise;
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
