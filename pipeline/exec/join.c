#include "join.h"
#include "base/alloc.h"
#include "bytes.h"
#include "folder.h"
#include "packidx.h"
#include "plumbing/command.h"
#include "prepare.h"
#include "store/below.h"
#include "store/io.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIST "packs"
#define LIST_NEW "packs.new"
#define LIST_MAX ((off_t)1 << 20)
#define SCRATCH "join"
#define MADE SCRATCH "/objects/pack"
#define MIDX "multi-pack-index"
#define MIDX_MAX ((off_t)256 << 20)
#define JOIN_MS 60000

/* The packs of a checkout. */
struct packs {
	struct list names; /* ours, "pack-HEX" */
	struct buf midx;   /* the multi-pack-index, whole */
	int home;          /* COMMON DIR/hermes */
	int folder;        /* objects/pack */
};

static bool
has(const struct packs *packs, const char *name, const char *end)
{
	char *file = xasprintf("%s%s", name, end);
	struct stat st;
	bool there;

	there = fstatat(packs->folder, file, &st, AT_SYMLINK_NOFOLLOW) == 0;
	free(file);

	return there;
}

static int
drop(const struct packs *packs, const char *name, const char *end)
{
	char *file = xasprintf("%s%s", name, end);
	int rc = unlinkat(packs->folder, file, 0);

	free(file);

	return rc == -1 && errno == ENOENT ? 0 : rc;
}

/* The bytes of a file that is no larger; one that is not there has none. */
static int
read_whole(int folder, const char *name, off_t max, struct buf *text)
{
	int fd = below_file(folder, name, O_RDONLY, 0), rc;
	struct stat st;

	if (fd == -1)
		return errno == ENOENT ? 0 : -1;
	errno = EFBIG;
	rc = fstat(fd, &st) == -1 || st.st_size > max
		 ? -1
		 : io_read_from(fd, 0, text);

	return below_done(fd, rc);
}

/* What is no list says nothing. */
static void
read_list(struct packs *packs)
{
	struct buf text = { 0 };
	char *line, *next = NULL;

	if (read_whole(packs->home, LIST, LIST_MAX, &text) == -1)
		buf_reset(&text);
	line = text.len > 0 ? strtok_r(text.data, "\n", &next) : NULL;
	for (; line != NULL; line = strtok_r(NULL, "\n", &next))
		if (packidx_is_name(line, "") && has(packs, line, ".pack"))
			list_add(&packs->names, line);
	list_sort(&packs->names);
	buf_clear(&text);
}

static int
write_list(const struct packs *packs)
{
	struct buf text = { 0 };
	struct err err;
	size_t i;
	int rc;

	for (i = 0; i < packs->names.count; i++)
		buf_printf(&text, "%s\n", packs->names.items[i]);
	rc = folder_write(packs->home, LIST_NEW, buf_text(&text), text.len,
	    &err);
	buf_clear(&text);
	if (rc == 0)
		rc = renameat(packs->home, LIST_NEW, packs->home, LIST);
	if (rc == 0)
		return fsync(packs->home);
	unlinkat(packs->home, LIST_NEW, 0);

	return -1;
}

static int
packs_open(struct packs *packs, const struct apply *apply)
{
	struct err err;

	*packs = (struct packs){ .folder = -1 };
	packs->home = folder_own(apply->common_fd, "hermes", false, &err);
	if (packs->home == -1)
		return -1;
	packs->folder = openat(apply->common_fd, "objects/pack",
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (packs->folder == -1)
		return -1;
	read_list(packs);

	return 0;
}

static void
packs_close(struct packs *packs)
{
	list_clear(&packs->names);
	buf_clear(&packs->midx);
	if (packs->home != -1)
		close(packs->home);
	if (packs->folder != -1)
		close(packs->folder);
}

void
join_note(struct apply *apply, const char *name)
{
	struct packs packs;
	char *own = xstrndup(name, strcspn(name, "."));

	if (packs_open(&packs, apply) == 0) {
		list_add(&packs.names, own);
		write_list(&packs);
	}
	packs_close(&packs);
	free(own);
}

void
join_tidy(struct apply *apply)
{
	struct packs packs;
	size_t i;

	if (packs_open(&packs, apply) == 0) {
		unlinkat(packs.home, LIST_NEW, 0);
		for (i = 0; i < packs.names.count; i++)
			if (!has(&packs, packs.names.items[i], ".idx") &&
			    !has(&packs, packs.names.items[i], ".keep"))
				drop(&packs, packs.names.items[i], ".pack");
	}
	packs_close(&packs);
}

/* Y1: its chunk of names has "pack-HEX.idx" as text. */
static bool
is_indexed(const struct packs *packs, const char *name)
{
	char *idx = xasprintf("%s.idx", name);
	bool found;

	found = packs->midx.len > 0 && memmem(packs->midx.data, packs->midx.len,
					   idx, strlen(idx)) != NULL;
	free(idx);

	return found;
}

static bool
is_small(const struct packs *packs, const char *name)
{
	char *file = xasprintf("%s.pack", name);
	struct stat st;
	bool small;

	small = fstatat(packs->folder, file, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		S_ISREG(st.st_mode) && st.st_size <= JOIN_BYTES_MAX;
	free(file);

	return small;
}

/* Y1 */
static bool
may_join(const struct packs *packs, const char *name)
{
	static const char *const others[] = { ".keep", ".promisor", ".bitmap",
		".mtimes" };
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (has(packs, name, others[i]))
			return false;

	return has(packs, name, ".idx") && is_small(packs, name) &&
	       !is_indexed(packs, name);
}

static void
choose(const struct packs *packs, struct list *old)
{
	size_t i;

	for (i = 0; i < packs->names.count; i++)
		if (may_join(packs, packs->names.items[i]))
			list_add(old, packs->names.items[i]);
}

/* git says which one it made. */
static int
run_join(const char *path, const struct list *old, char **made, struct err *err)
{
	char *prefix = xasprintf("%s/objects/pack/pack", path);
	struct buf names = { 0 };
	struct command command = { .git_dir = path,
		.argv = { "-c", "pack.packSizeLimit=0", "pack-objects", "-q",
		    "--stdin-packs", "--threads=1", "--index-version=2",
		    "--delta-base-offset", prefix },
		.deadline_ms = JOIN_MS };
	struct command_result result;
	size_t i;
	int rc;

	for (i = 0; i < old->count; i++)
		buf_printf(&names, "%s.pack\n", old->items[i]);
	command.input = buf_text(&names);
	command.input_len = names.len;
	rc = command_must(&command, &result, err);
	if (rc == 0)
		*made = xasprintf("pack-%.*s",
		    (int)strcspn(buf_text(&result.out), "\n"),
		    buf_text(&result.out));
	command_result_clear(&result);
	buf_clear(&names);
	free(prefix);

	return rc;
}

static int
read_idx(struct packidx *idx, int folder, const char *name)
{
	char *file = xasprintf("%s.idx", name);
	int rc = packidx_read(idx, folder, file);

	free(file);

	return rc;
}

static bool
covers(const struct packs *packs, const struct packidx *made, const char *name)
{
	struct packidx old;
	bool all = read_idx(&old, packs->folder, name) == 0 &&
		   packidx_covers(made, &old);

	packidx_clear(&old);

	return all;
}

/* Y4: one that would not let every old one go is one more pack. */
static bool
covers_all(const struct packs *packs, int from, const char *made,
    const struct list *old)
{
	struct packidx idx;
	bool all = read_idx(&idx, from, made) == 0;
	size_t i;

	for (i = 0; all && i < old->count; i++)
		all = covers(packs, &idx, old->items[i]);
	packidx_clear(&idx);

	return all;
}

/* Y2 */
static void
drop_old(const struct packs *packs, const struct packidx *idx, const char *made,
    const struct list *old)
{
	const char *name;
	size_t i;

	for (i = 0; i < old->count; i++) {
		name = old->items[i];
		if (strcmp(name, made) == 0 || !covers(packs, idx, name) ||
		    !may_join(packs, name))
			continue;
		if (drop(packs, name, ".idx") == 0 &&
		    drop(packs, name, ".rev") == 0)
			drop(packs, name, ".pack");
	}
	fsync(packs->folder);
}

static int
land(struct apply *apply, const struct packs *packs, const char *made,
    const struct list *old)
{
	int from = folder_open(apply->token_fd, MADE);
	struct packidx idx;

	if (from != -1 && packidx_is_name(made, "") &&
	    covers_all(packs, from, made, old) &&
	    packs_land(apply, from) == 0 &&
	    read_idx(&idx, packs->folder, made) == 0) {
		drop_old(packs, &idx, made, old);
		packidx_clear(&idx);
	}
	if (from != -1)
		close(from);
	if (packs_release(apply) == -1)
		return -1;
	join_tidy(apply);

	return 0;
}

/* Y5 */
static void
disown(struct packs *packs, const struct list *old)
{
	struct list rest = { 0 };
	size_t i, k = 0;

	for (i = 0; i < packs->names.count; i++) /* both are sorted */
		if (k < old->count &&
		    strcmp(packs->names.items[i], old->items[k]) == 0)
			k++;
		else
			list_add(&rest, packs->names.items[i]);
	list_clear(&packs->names);
	packs->names = rest;
	write_list(packs);
}

static int
join(struct apply *apply, struct packs *packs, const struct list *old)
{
	struct err err = { 0 };
	char *path = bytes_scratch(apply, SCRATCH, &err);
	char *made = NULL;
	int rc = 0;

	if (path != NULL && run_join(path, old, &made, &err) == 0)
		rc = land(apply, packs, made, old);
	else if (err.number == ETIMEDOUT)
		disown(packs, old);
	free(made);
	free(path);

	return rc;
}

int
join_packs(struct apply *apply)
{
	struct list old = { 0 };
	struct packs packs;
	int rc = 0;

	if (apply->token_fd == -1 ||
	    folder_inode(apply->common_fd, "gc.pid") != 0)
		return 0;
	if (packs_open(&packs, apply) == 0) {
		if (folder_inode(packs.folder, MIDX ".d") == 0 &&
		    read_whole(packs.folder, MIDX, MIDX_MAX, &packs.midx) == 0)
			choose(&packs, &old);
		if (old.count > JOIN_COUNT)
			rc = join(apply, &packs, &old);
	}
	packs_close(&packs);
	list_clear(&old);

	return rc;
}
