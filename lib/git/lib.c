#include "git/lib.h"
#include "git/lg.h"
#include <errno.h>
#include <git2/sys/filter.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Packs are mapped in windows of this size, this much at a time at most. */
#define WINDOW_BYTES ((size_t)16 << 20)
#define MAPPED_BYTES ((size_t)256 << 20)

/* Extensions that Hermes reads itself (place.c) before libgit2 opens. */
static const char *const extensions[] = { "noop-v1", "objectformat",
	"partialclone", "preciousobjects", "refstorage", "worktreeconfig" };

static struct list *hashed; /* borrowed; or NULL */

/* What stands in for libgit2's own filters: asked once for each file that is
 * hashed, it never filters. */
static int
pass(git_filter *self, void **payload, const git_filter_source *source,
    const char **attributes)
{
	(void)self;
	(void)payload;
	(void)attributes;
	if (hashed != NULL && git_filter_source_path(source) != NULL)
		list_add(hashed, git_filter_source_path(source));

	return GIT_PASSTHROUGH;
}

/* libgit2 lets nobody unregister its own. */
static int
silence_filters(struct err *err)
{
	static const char *const names[] = { "crlf", "ident" };
	git_filter *filter;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		filter = git_filter_lookup(names[i]);
		if (filter == NULL)
			return err_set(err, EX_UNAVAILABLE,
			    "libgit2: it has no filter \"%s\"", names[i]);
		filter->check = pass;
	}

	return 0;
}

void
lg_list_hashed(struct list *paths)
{
	hashed = paths;
}

int
git_start(struct err *err)
{
	if (git_libgit2_init() < 0)
		return lg_err(err, EX_UNAVAILABLE, "libgit2");
	if (git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0) < 0 ||
	    git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1) < 0 ||
	    git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1) < 0 ||
	    git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, WINDOW_BYTES) < 0 ||
	    git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, MAPPED_BYTES) <
		0 ||
	    git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions,
		sizeof(extensions) / sizeof(extensions[0])) < 0)
		return lg_err(err, EX_UNAVAILABLE, "libgit2");

	return silence_filters(err);
}

void
git_stop(void)
{
	git_libgit2_shutdown();
}

const char *
lg_said(void)
{
	static char line[512];
	const git_error *last = git_error_last();
	size_t i;

	snprintf(line, sizeof(line), "%s",
	    last && last->message ? last->message : "no reason given");
	for (i = 0; line[i] != '\0'; i++)
		if ((unsigned char)line[i] < ' ')
			line[i] = ' ';

	return line;
}

/*
 * libgit2 keeps the text of a failed system call and no number: ": " and
 * strerror() are the end of its message, of this class alone.
 */
int
lg_number(void)
{
	static const int numbers[] = { ENOSPC, EDQUOT, EROFS, EIO, EMFILE,
		ENFILE, EACCES, EPERM, ENOENT, ENOTDIR, ELOOP };
	const git_error *last = git_error_last();
	size_t len, end, i;
	const char *text;

	if (last != NULL && last->klass == GIT_ERROR_NOMEMORY)
		return ENOMEM;
	if (last == NULL || last->klass != GIT_ERROR_OS)
		return 0;
	len = strlen(last->message);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		text = strerror(numbers[i]);
		end = strlen(text);
		if (len >= end + 2 &&
		    strcmp(last->message + len - end, text) == 0 &&
		    strncmp(last->message + len - end - 2, ": ", 2) == 0)
			return numbers[i];
	}

	return 0;
}

int
lg_err(struct err *err, int code, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);

	err_set(err, code, "%s: %s", text, lg_said());
	err->number = lg_number();

	return -1;
}

int
lg_open(git_repository **out, const char *path, struct err *err)
{
	*out = NULL;
	if (git_repository_open_ext(out, path, GIT_REPOSITORY_OPEN_NO_SEARCH,
		NULL) < 0)
		return lg_err(err, EX_DATAERR, "%s", path);

	return 0;
}

int
lg_oid(git_oid *out, const char *hex, struct err *err)
{
	if (strlen(hex) != OID_SIZE - 1 || git_oid_fromstr(out, hex) < 0)
		return err_set(err, EX_SOFTWARE,
		    "\"%s\": expected 40 hex digits", hex);

	return 0;
}

void
lg_hex(char out[OID_SIZE], const git_oid *oid)
{
	git_oid_tostr(out, OID_SIZE, oid);
}
