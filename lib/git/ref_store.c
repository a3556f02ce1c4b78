#include "git/ref_store.h"
#include "base/alloc.h"
#include "git/packed.h"
#include "store/below.h"
#include "store/io.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SYMREF_MAX 5
#define DEPTH_MAX 32

int
ref_store_open(struct ref_store *store, const char *git_dir,
    const char *common_dir, struct err *err)
{
	*store = (struct ref_store){ .open = true };
	store->git_fd = open(git_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	store->common_fd = open(common_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (store->git_fd != -1 && store->common_fd != -1)
		return 0;
	err_sys(err, EX_IOERR, "%s",
	    store->git_fd == -1 ? git_dir : common_dir);
	ref_store_close(store);

	return -1;
}

void
ref_store_close(struct ref_store *store)
{
	if (!store->open)
		return;
	if (store->git_fd != -1)
		close(store->git_fd);
	if (store->common_fd != -1)
		close(store->common_fd);
	*store = (struct ref_store){ 0 };
}

static bool
is_shared(const char *name)
{
	return strncmp(name, "refs/", 5) == 0;
}

int
ref_store_folder(const struct ref_store *store, const char *name)
{
	return is_shared(name) ? store->common_fd : store->git_fd;
}

int
ref_store_err(const char *name, struct err *err)
{
	int number = errno;

	if (number != ELOOP && number != ENOTSUP && number != EXDEV)
		return err_sys(err, EX_IOERR, "%s", name);
	err_set(err, EX_DATAERR, "%s: is no file, or behind a symbolic link",
	    name);
	err->number = ELOOP;

	return -1;
}

/* 1, 0 where nothing or a folder is there, -1 and errno. */
static int
read_file(int folder, const char *name, size_t max, struct buf *text)
{
	struct stat st;
	int fd = below_file(folder, name, O_RDONLY, 0);
	int rc = -1;

	buf_reset(text);
	if (fd == -1)
		return errno == ENOENT || errno == ENOTDIR || errno == EISDIR
			   ? 0
			   : -1;
	if (fstat(fd, &st) == 0) {
		errno = EFBIG;
		if ((size_t)st.st_size <= max)
			rc = io_read_from(fd, 0, text) == -1 ? -1 : 1;
	}

	return below_done(fd, rc);
}

int
ref_store_packed(const struct ref_store *store, struct buf *text,
    struct err *err)
{
	if (read_file(store->common_fd, "packed-refs", PACKED_MAX, text) == -1)
		return ref_store_err("packed-refs", err);

	return 0;
}

static int
find_packed(const struct ref_store *store, const char *name, char oid[OID_SIZE],
    struct err *err)
{
	struct buf text = { 0 };
	int rc = -1;

	if (ref_store_packed(store, &text, err) == 0)
		rc = packed_find(buf_text(&text), name, oid) ? REF_OID
							     : REF_ABSENT;
	buf_clear(&text);

	return rc;
}

int
ref_store_read(const struct ref_store *store, const char *name,
    char oid[OID_SIZE], char **next, struct err *err)
{
	struct buf text = { 0 };
	int rc;

	oid[0] = '\0';
	*next = NULL;
	rc =
	    read_file(ref_store_folder(store, name), name, REF_FILE_MAX, &text);
	if (rc == -1)
		rc = errno == EFBIG ? REF_BROKEN : ref_store_err(name, err);
	else if (rc == 1)
		rc = ref_parse(buf_text(&text), oid, next);
	else
		rc = is_shared(name) ? find_packed(store, name, oid, err)
				     : REF_ABSENT;
	buf_clear(&text);

	return rc;
}

int
ref_store_resolve(const struct ref_store *store, const char *name,
    char oid[OID_SIZE], struct err *err)
{
	char *at = xstrdup(name), *next;
	int i, rc = REF_SYMBOLIC;

	for (i = 0; rc == REF_SYMBOLIC && i <= SYMREF_MAX; i++) {
		rc = ref_valid(at) ? ref_store_read(store, at, oid, &next, err)
				   : REF_ABSENT;
		if (rc == REF_SYMBOLIC) {
			free(at);
			at = next;
		}
	}
	free(at);

	return rc == REF_SYMBOLIC ? REF_BROKEN : rc;
}

static void
names_add(struct ref_names *names, char *name)
{
	names->list =
	    xgrow(names->list, names->count, &names->cap, sizeof(*names->list));
	names->list[names->count++] = name;
}

static int list_loose(const struct ref_store *store, const char *folder,
    int depth, struct ref_names *names, struct err *err);

/* `folder` ends with a slash; a lock is no ref. */
static int
list_entry(const struct ref_store *store, const char *folder,
    const struct dirent *entry, int depth, struct ref_names *names,
    struct err *err)
{
	char *name = xasprintf("%s%s", folder, entry->d_name), *below;
	int rc = 0;

	if (entry->d_type == DT_DIR) {
		below = xasprintf("%s/", name);
		rc = list_loose(store, below, depth - 1, names, err);
		free(below);
	} else if (ref_valid(name)) {
		names_add(names, name);
		return 0;
	}
	free(name);

	return rc;
}

static int
list_loose(const struct ref_store *store, const char *folder, int depth,
    struct ref_names *names, struct err *err)
{
	const char *last;
	struct dirent *entry;
	DIR *dir = NULL;
	int fd, rc = 0;

	if (depth == 0)
		return 0;
	fd = below_parent(ref_store_folder(store, folder), folder, O_RDONLY,
	    &last);
	if (fd == -1 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd != -1)
		dir = fdopendir(fd);
	if (dir == NULL)
		return ref_store_err(folder, err);
	while (rc == 0 && (entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			rc =
			    list_entry(store, folder, entry, depth, names, err);
	closedir(dir);

	return rc;
}

static int
list_packed(const struct ref_store *store, const char *folder,
    struct ref_names *names, struct err *err)
{
	size_t len = strlen(folder);
	struct buf text = { 0 };
	struct packed_ref ref;
	const char *at;
	int rc = ref_store_packed(store, &text, err);

	for (at = buf_text(&text); rc == 0 && packed_next(at, &ref);
	     at = ref.end)
		if (ref.len > len && memcmp(ref.name, folder, len) == 0)
			names_add(names, xstrndup(ref.name, ref.len));
	buf_clear(&text);

	return rc;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
sort_once(struct ref_names *names)
{
	size_t i, kept = 0;

	if (names->count == 0)
		return;
	qsort(names->list, names->count, sizeof(*names->list), by_name);
	for (i = 1; i < names->count; i++)
		if (strcmp(names->list[kept], names->list[i]) == 0)
			free(names->list[i]);
		else
			names->list[++kept] = names->list[i];
	names->count = kept + 1;
}

int
ref_store_names(const struct ref_store *store, const char *folder,
    struct ref_names *names, struct err *err)
{
	*names = (struct ref_names){ 0 };
	if (list_loose(store, folder, DEPTH_MAX, names, err) == -1 ||
	    list_packed(store, folder, names, err) == -1) {
		ref_names_clear(names);
		return -1;
	}
	sort_once(names);

	return 0;
}

void
ref_names_clear(struct ref_names *names)
{
	size_t i;

	for (i = 0; i < names->count; i++)
		free(names->list[i]);
	free(names->list);
	*names = (struct ref_names){ 0 };
}

bool
ref_names_have(const struct ref_names *names, const char *name)
{
	return names->count > 0 && bsearch(&name, names->list, names->count,
				       sizeof(*names->list), by_name) != NULL;
}
