#include "ops.h"
#include "base/alloc.h"
#include "base/map.h"
#include "folder.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define OPS_HEAD "hermes.apply/2"
#define NO_OID "0000000000000000000000000000000000000000"

void
op_name(char out[OP_NAME_SIZE], char kind, size_t number)
{
	snprintf(out, OP_NAME_SIZE, "%c-%zu", kind, number);
}

bool
op_untouched(const struct op *op, const struct stat *st)
{
	const struct stat *old = &op->old;

	return st->st_ino == old->st_ino && st->st_dev == old->st_dev &&
	       st->st_mode == old->st_mode && st->st_size == old->st_size &&
	       st->st_mtim.tv_sec == old->st_mtim.tv_sec &&
	       st->st_mtim.tv_nsec == old->st_mtim.tv_nsec &&
	       st->st_ctim.tv_sec == old->st_ctim.tv_sec &&
	       st->st_ctim.tv_nsec == old->st_ctim.tv_nsec;
}

static struct op *
add_op(struct ops *ops, enum op_kind kind, const char *path)
{
	struct op *op;

	ops->list =
	    xgrow(ops->list, ops->count, &ops->cap, sizeof(ops->list[0]));
	op = &ops->list[ops->count++];
	*op = (struct op){ .kind = kind, .path = xstrdup(path) };
	strcpy(op->old_oid, NO_OID);
	strcpy(op->new_oid, NO_OID);

	return op;
}

/* What lies at a change's path. */
struct lies {
	bool there;
	struct stat st;
};

static int
look(struct lies *lies, const struct target_changes *changes, int tree,
    struct err *err)
{
	size_t i;

	for (i = 0; i < changes->count; i++) {
		lies[i].there =
		    folder_lstat(tree, changes->list[i].path, &lies[i].st) == 0;
		if (!lies[i].there && errno != ENOENT && errno != ENOTDIR &&
		    errno != ELOOP)
			return err_sys(err, EX_IOERR, "%s",
			    changes->list[i].path);
	}

	return 0;
}

/* Is there a file in the worktree on this side, for the tree's part? O3 */
static bool
is_file(unsigned mode)
{
	return mode != TARGET_ABSENT && mode != TARGET_GITLINK;
}

static void
add_files(struct ops *ops, enum op_kind kind,
    const struct target_changes *changes, const struct lies *lies)
{
	struct op *op;
	bool old, new;
	size_t i;

	for (i = 0; i < changes->count; i++) {
		old = is_file(changes->list[i].old_mode) && lies[i].there;
		new = is_file(changes->list[i].new_mode);
		if (old != (kind != OP_ADD) || new != (kind != OP_DELETE))
			continue;
		op = add_op(ops, kind, changes->list[i].path);
		op->change = &changes->list[i];
		op->old = lies[i].st;
	}
}

/* Folder names, for a while. */
struct names {
	char **list;
	size_t count, cap;
};

static void
add_name(struct names *names, char *name)
{
	names->list =
	    xgrow(names->list, names->count, &names->cap, sizeof(char *));
	names->list[names->count++] = name;
}

static void
clear_names(struct names *names)
{
	while (names->count > 0)
		free(names->list[--names->count]);
	free(names->list);
}

static int
rising(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
falling(const void *a, const void *b)
{
	return rising(b, a);
}

static void
sort_names(struct names *names, int (*order)(const void *, const void *))
{
	size_t i, kept = 0;

	if (names->count == 0)
		return;
	qsort(names->list, names->count, sizeof(char *), order);
	for (i = 1; i < names->count; i++)
		if (strcmp(names->list[i], names->list[kept]) == 0)
			free(names->list[i]);
		else
			names->list[++kept] = names->list[i];
	names->count = kept + 1;
}

/* 1 and its bits, 0 where there is none, -1. */
static int
find_folder(int tree, const char *path, unsigned *bits, struct err *err)
{
	struct stat st;

	if (folder_lstat(tree, path, &st) == -1)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP
			   ? 0
			   : err_sys(err, EX_IOERR, "%s", path);
	*bits = st.st_mode & 07777;

	return S_ISDIR(st.st_mode) ? 1 : 0;
}

/* The folders above `path` for which `wanted` holds; a folder above one that
 * is not wanted is not asked for. */
static void
add_parents(struct names *names, const char *path,
    bool (*wanted)(struct target *target, int tree, const char *folder),
    struct target *target, int tree)
{
	char *folder = xstrdup(path), *slash;

	while ((slash = strrchr(folder, '/')) != NULL) {
		*slash = '\0';
		if (!wanted(target, tree, folder))
			break;
		add_name(names, xstrdup(folder));
	}
	free(folder);
}

/* git takes every folder away that has become empty, and makes it again where
 * it is needed; rmdir(2) leaves one that has not. */
static bool
folder_may_go(struct target *target, int tree, const char *folder)
{
	(void)target;
	(void)tree;
	(void)folder;

	return true;
}

static bool
folder_misses(struct target *target, int tree, const char *folder)
{
	struct err err;
	unsigned bits;

	(void)target;

	return find_folder(tree, folder, &bits, &err) != 1;
}

static int
add_walked(void *ctx, const char *path, bool is_folder)
{
	if (is_folder)
		add_name(ctx, xstrdup(path));

	return 0;
}

/* O5 */
static int
add_obstacles(struct names *names, const struct target_changes *changes,
    const struct lies *lies, int tree, struct err *err)
{
	const struct target_change *change;
	size_t i;

	for (i = 0; i < changes->count; i++) {
		change = &changes->list[i];
		if (lies[i].there && S_ISDIR(lies[i].st.st_mode) &&
		    !is_file(change->old_mode) && is_file(change->new_mode) &&
		    folder_walk(tree, change->path, add_walked, names) == -1)
			return err_sys(err, EX_IOERR, "%s", change->path);
	}

	return 0;
}

static int
add_rmdirs(struct ops *ops, struct target *target,
    const struct target_changes *changes, const struct lies *lies, int tree,
    struct err *err)
{
	const struct target_change *change;
	struct names names = { 0 };
	unsigned bits;
	int found = 0;
	size_t i;

	if (add_obstacles(&names, changes, lies, tree, err) == -1) {
		clear_names(&names);
		return -1;
	}
	for (i = 0; i < changes->count; i++) {
		change = &changes->list[i];
		if (change->old_mode == TARGET_GITLINK &&
		    change->new_mode != TARGET_GITLINK &&
		    !target_has_folder(target, TARGET_AFTER, change->path))
			add_name(&names, xstrdup(change->path));
		if (change->new_mode == TARGET_ABSENT)
			add_parents(&names, change->path, folder_may_go, target,
			    tree);
	}
	sort_names(&names, falling);
	for (i = 0; found != -1 && i < names.count; i++) {
		found = find_folder(tree, names.list[i], &bits, err);
		if (found == 1)
			add_op(ops, OP_RMDIR, names.list[i])->old_mode = bits;
	}
	clear_names(&names);

	return found == -1 ? -1 : 0;
}

/* Those above `path` that a step before may have taken away. */
static void
add_taken(struct names *names, const struct map *taken, const char *path)
{
	char *folder = xstrdup(path), *slash;

	while ((slash = strrchr(folder, '/')) != NULL) {
		*slash = '\0';
		if (map_get(taken, folder) != NULL)
			add_name(names, xstrdup(folder));
	}
	free(folder);
}

/* The paths of the steps so far that take a folder away. */
static void
find_taken(struct map *taken, const struct ops *ops)
{
	size_t i;

	for (i = 0; i < ops->count; i++)
		if (ops->list[i].kind == OP_RMDIR)
			map_put(taken, ops->list[i].path, taken);
}

static int
add_mkdirs(struct ops *ops, struct target *target,
    const struct target_changes *changes, const struct lies *lies, int tree,
    struct err *err)
{
	const struct target_change *change;
	struct names names = { 0 };
	struct map taken = { 0 };
	unsigned bits;
	int found = 0;
	size_t i;

	find_taken(&taken, ops);

	for (i = 0; i < changes->count; i++) {
		change = &changes->list[i];
		if (change->new_mode == TARGET_GITLINK &&
		    folder_misses(target, tree, change->path))
			add_name(&names, xstrdup(change->path));
		if (change->new_mode != TARGET_ABSENT &&
		    (!is_file(change->old_mode) || !lies[i].there))
			add_parents(&names, change->path, folder_misses, target,
			    tree);
		if (change->new_mode != TARGET_ABSENT)
			add_taken(&names, &taken, change->path);
	}
	sort_names(&names, rising);
	for (i = 0; found != -1 && i < names.count; i++) {
		found = find_folder(tree, names.list[i], &bits, err);
		if (found == 0 || map_get(&taken, names.list[i]) != NULL)
			add_op(ops, OP_MKDIR, names.list[i]);
	}
	map_clear(&taken);
	clear_names(&names);

	return found == -1 ? -1 : 0;
}

int
ops_plan(struct ops *ops, struct target *target,
    const struct target_changes *changes, int tree, struct err *err)
{
	struct lies *lies = xcalloc(changes->count + 1, sizeof(*lies));
	int rc = look(lies, changes, tree, err);

	if (rc == 0) {
		add_files(ops, OP_DELETE, changes, lies); /* O1 */
		rc = add_rmdirs(ops, target, changes, lies, tree, err);
	}
	if (rc == 0)
		rc = add_mkdirs(ops, target, changes, lies, tree, err);
	if (rc == 0) {
		add_files(ops, OP_ADD, changes, lies);
		add_files(ops, OP_CHANGE, changes, lies);
	}
	free(lies);

	return rc;
}

void
ops_write(const struct ops *ops, struct buf *out)
{
	const struct op *op;
	size_t i;

	buf_printf(out, OPS_HEAD " %zu\n", ops->count);
	for (i = 0; i < ops->count; i++) {
		op = &ops->list[i];
		buf_printf(out, "%c %06o %06o %s %s %" PRIu64 "\t%s", op->kind,
		    op->old_mode, op->new_mode, op->old_oid, op->new_oid,
		    op->inode, op->path);
		buf_putc(out, '\0');
	}
}

static bool
known_kind(char kind)
{
	return kind != '\0' && strchr("DRKAM", kind) != NULL;
}

/* One record; returns what stands behind it, or NULL. */
static const char *
read_op(struct ops *ops, const char *at, const char *end)
{
	const char *stop = memchr(at, '\0', (size_t)(end - at)), *tab;
	struct op op = { 0 };
	char kind;

	tab = stop != NULL ? strchr(at, '\t') : NULL;
	if (tab == NULL || tab[1] == '\0' ||
	    sscanf(at, "%c %o %o %40[0-9a-f] %40[0-9a-f] %" SCNu64, &kind,
		&op.old_mode, &op.new_mode, op.old_oid, op.new_oid,
		&op.inode) != 6 ||
	    !known_kind(kind))
		return NULL;
	op.kind = (enum op_kind)kind;
	op.path = xstrdup(tab + 1);
	ops->list =
	    xgrow(ops->list, ops->count, &ops->cap, sizeof(ops->list[0]));
	ops->list[ops->count++] = op;

	return stop + 1;
}

int
ops_read(struct ops *ops, const struct buf *text, const char *place,
    struct err *err)
{
	const char *at = buf_text(text), *end = at + text->len;
	size_t count;
	int used = 0;

	if (sscanf(at, "hermes.apply/%*1[12] %zu%n", &count, &used) != 1 ||
	    at[used] != '\n')
		return err_set(err, EX_DATAERR, "%s: not a journal", place);
	at += used + 1;
	while (at != NULL && at < end)
		at = read_op(ops, at, end);
	if (at == NULL || ops->count != count)
		return err_set(err, EX_DATAERR, "%s: damaged in step %zu",
		    place, ops->count + 1);

	return 0;
}

void
ops_clear(struct ops *ops)
{
	size_t i;

	for (i = 0; i < ops->count; i++)
		free(ops->list[i].path);
	free(ops->list);
	*ops = (struct ops){ 0 };
}
