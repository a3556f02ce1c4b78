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
	if (!packed_sound(text))
		return err_set(err, EX_DATAERR,
		    "packed-refs: holds a line that is none of git's");

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

static int list_loose(const struct ref_store *store, const char *folder,
    int depth, struct list *names, struct err *err);

/* `folder` ends with a slash; a lock is no ref. */
static int
list_entry(const struct ref_store *store, const char *folder,
    const struct dirent *entry, int depth, struct list *names, struct err *err)
{
	char *name = xasprintf("%s%s", folder, entry->d_name), *below;
	int rc = 0;

	if (entry->d_type == DT_DIR) {
		below = xasprintf("%s/", name);
		rc = list_loose(store, below, depth - 1, names, err);
		free(below);
	} else if (ref_valid(name)) {
		list_add(names, name);
	}
	free(name);

	return rc;
}

static int
list_loose(const struct ref_store *store, const char *folder, int depth,
    struct list *names, struct err *err)
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
    struct list *names, struct err *err)
{
	size_t len = strlen(folder);
	struct buf text = { 0 };
	struct packed_ref ref;
	const char *at;
	char *name;
	int rc = ref_store_packed(store, &text, err);

	for (at = buf_text(&text); rc == 0 && packed_next(at, &ref);
	     at = ref.end)
		if (ref.len > len && memcmp(ref.name, folder, len) == 0) {
			name = xstrndup(ref.name, ref.len);
			list_add(names, name);
			free(name);
		}
	buf_clear(&text);

	return rc;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int
ref_store_names(const struct ref_store *store, const char *folder,
    struct list *names, struct err *err)
{
	if (list_loose(store, folder, DEPTH_MAX, names, err) == -1 ||
	    list_packed(store, folder, names, err) == -1)
		return -1;
	list_sort(names);

	return 0;
}

bool
ref_names_have(const struct list *names, const char *name)
{
	return names->count > 0 && bsearch(&name, names->items, names->count,
				       sizeof(*names->items), by_name) != NULL;
}

/* The first that is not before `text`. */
static size_t
lower_bound(const struct list *names, const char *text)
{
	size_t low = 0, high = names->count, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (strcmp(names->items[mid], text) < 0)
			low = mid + 1;
		else
			high = mid;
	}

	return low;
}

bool
ref_names_free(const struct list *names, const char *name)
{
	char *text = xasprintf("%s/", name), *slash;
	size_t at = lower_bound(names, text);
	bool is;

	is = at == names->count ||
	     strncmp(names->items[at], text, strlen(text)) != 0;
	while (is && (slash = strrchr(text, '/')) != NULL) {
		*slash = '\0';
		is = !ref_names_have(names, text);
	}
	free(text);

	return is;
}
