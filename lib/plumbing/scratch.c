#include "plumbing/scratch.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "store/io.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int
scratch_folder(const char *path, const char *name, struct err *err)
{
	char *folder = xasprintf("%s/%s", path, name);
	int rc = mkdir(folder, 0700);

	if (rc == -1 && errno == EEXIST)
		rc = 0;
	if (rc == -1)
		err_sys(err, EX_IOERR, "%s", folder);
	free(folder);

	return rc;
}

int
scratch_write(const char *path, const char *name, const char *text,
    struct err *err)
{
	char *file = xasprintf("%s/%s", path, name);
	int fd = open(file,
	    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	int rc = fd == -1 ? -1 : io_write_at(fd, 0, text, strlen(text));

	if (fd != -1 && close(fd) == -1)
		rc = -1;
	if (rc == -1)
		err_sys(err, EX_IOERR, "%s", file);
	free(file);

	return rc;
}

/* A value between quotes, as git reads it back. */
static void
put_value(struct buf *out, const char *value)
{
	buf_putc(out, '"');
	for (; *value != '\0'; value++)
		switch (*value) {
		case '\n':
			buf_puts(out, "\\n");
			break;
		case '"':
		case '\\':
			buf_putc(out, '\\');
			/* fallthrough */
		default:
			buf_putc(out, *value);
		}
	buf_puts(out, "\"\n");
}

/* "section.name" or "section.Sub section.name" as a section of its own. */
static void
put_setting(struct buf *out, const char *setting)
{
	const char *end = strchrnul(setting, '\n');
	const char *first = memchr(setting, '.', (size_t)(end - setting));
	const char *last = memrchr(setting, '.', (size_t)(end - setting));
	const char *at;

	if (first == NULL)
		return;
	buf_printf(out, "[%.*s", (int)(first - setting), setting);
	if (last > first) {
		buf_puts(out, " \"");
		for (at = first + 1; at < last; at++) {
			if (*at == '"' || *at == '\\')
				buf_putc(out, '\\');
			buf_putc(out, *at);
		}
		buf_putc(out, '"');
	}
	buf_printf(out, "]\n\t%.*s = ", (int)(end - last - 1), last + 1);
	put_value(out, *end == '\n' ? end + 1 : "true");
}

static char *
config_text(const struct list *settings)
{
	struct buf text = { 0 };
	size_t i;

	buf_puts(&text, "[core]\n\trepositoryformatversion = 0\n"
			"\tbare = false\n\tlogAllRefUpdates = false\n");
	for (i = 0; settings != NULL && i < settings->count; i++)
		put_setting(&text, settings->items[i]);

	return buf_take(&text);
}

char *
scratch_alternates(const struct list *objects)
{
	struct buf text = { 0 };
	size_t i;

	for (i = 0; i < objects->count; i++)
		buf_printf(&text, "%s\n", objects->items[i]);

	return buf_take(&text);
}

int
scratch_make(const char *path, const struct scratch *scratch, struct err *err)
{
	static const char *const folders[] = { "", "objects", "objects/info",
		"objects/pack", "refs", "info", "none" };
	char *config = config_text(scratch->settings);
	char *alternates = scratch_alternates(scratch->objects);
	const char *attributes =
	    scratch->attributes != NULL ? scratch->attributes : "";
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < sizeof(folders) / sizeof(*folders); i++)
		rc = scratch_folder(path, folders[i], err);
	if (rc == 0)
		rc = scratch_write(path, "objects/info/alternates", alternates,
		    err);
	if (rc == 0)
		rc = scratch_write(path, "config", config, err);
	if (rc == 0)
		rc = scratch_write(path, "info/attributes", attributes, err);
	if (rc == 0)
		rc = scratch_write(path, "HEAD", "ref: refs/heads/none\n", err);
	free(alternates);
	free(config);

	return rc;
}

static int
remove_one(const char *path, const struct stat *info, int type,
    struct FTW *level)
{
	(void)info;
	(void)level;

	return type == FTW_DP || type == FTW_DNR ? rmdir(path) : unlink(path);
}

void
scratch_remove(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}
