#include "loose.h"
#include "base/alloc.h"
#include "born.h"
#include "bytes.h"
#include "folder.h"
#include "git/refs.h"
#include "git/rewrite.h"
#include "git/scope.h"
#include "git/shared.h"
#include "packidx.h"
#include "plumbing/command.h"
#include "prepare.h"
#include "store/below.h"
#include "store/io.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SCRATCH "loose"
#define FROM SCRATCH "/objects"
#define LIMIT 100 /* git's own */
#define BYTES_MAX ((off_t)64 << 20)
#define SYNC_EACH_MAX 32
#define UNPACK_MS 120000
#define FAN_TRIES 100
#define LOOK_TRIES 5

/* A whole number as git's configuration has it; -1: none. */
static long
number_of(const char *value)
{
	char *end;
	long number;

	if (value == NULL)
		return -1;
	errno = 0;
	number = strtol(value, &end, 0);
	if (end == value || errno != 0 || number < 0)
		return -1;
	if (*end != '\0' && end[1] == '\0')
		switch (*end++) {
		case 'k':
		case 'K':
			return number << 10;
		case 'm':
		case 'M':
			return number << 20;
		case 'g':
		case 'G':
			return number << 30;
		default:
			return -1;
		}

	return *end == '\0' ? number : -1;
}

static long
setting_of(const struct gitconfig *user, const struct gitconfig *own,
    const char *key)
{
	const char *value = gitconfig_get(own, key);

	return number_of(value != NULL ? value : gitconfig_get(user, key));
}

/* 0: whatever their number is. */
static size_t
unpack_limit(const struct apply *apply)
{
	const struct gitconfig *own = &apply->place.config;
	struct gitconfig user = { 0 };
	struct scope scope;
	long limit;

	scope_make(&scope, &apply->place, apply->path, own);
	rewrite_user_config(&user, &scope.asked);
	scope_clear(&scope);
	limit = setting_of(&user, own, "fetch.unpacklimit");
	if (limit == -1)
		limit = setting_of(&user, own, "transfer.unpacklimit");
	gitconfig_clear(&user);

	return limit == -1 ? LIMIT : (size_t)limit;
}

/* What is staged, in sum. */
struct staged {
	size_t count;
	off_t bytes;
	struct buf oids; /* in hex, a line each */
};

static int
add_objects(struct staged *staged, int from, const char *name)
{
	char hex[OID_SIZE];
	struct packidx idx;
	size_t i;

	if (packidx_read(&idx, from, name) == -1)
		return -1;
	staged->count += idx.count;
	for (i = 0; i < idx.count; i++) {
		packidx_hex(&idx, i, hex);
		buf_printf(&staged->oids, "%s\n", hex);
	}
	packidx_clear(&idx);

	return 0;
}

/* Of what is too large no more need be known. */
static int
add_pack(void *ctx, int from, const char *name)
{
	struct staged *staged = ctx;
	char *pack = xasprintf("%.*s.pack", (int)(strlen(name) - 4), name);
	struct stat st;
	int rc = fstatat(from, pack, &st, AT_SYMLINK_NOFOLLOW);

	free(pack);
	if (rc == -1)
		return -1;
	staged->bytes += st.st_size;

	return staged->bytes > BYTES_MAX ? 0 : add_objects(staged, from, name);
}

static size_t
count_lines(const struct buf *text, const char *end)
{
	const char *at = buf_text(text);
	size_t count = 0;

	while ((at = strstr(at, end)) != NULL) {
		at += strlen(end);
		count++;
	}

	return count;
}

/* A fetched pack is completed with what its deltas stand on: an object more for
 * each at most, and those are here. How many came? */
static size_t
count_new(const char *scratch, const struct staged *staged)
{
	struct command command = { .git_dir = scratch,
		.argv = { "cat-file", "--batch-check" },
		.input = buf_text(&staged->oids),
		.input_len = staged->oids.len,
		.output_max = staged->oids.len * 3,
		.deadline_ms = UNPACK_MS };
	struct command_result result;
	size_t count = staged->count;
	struct err err;

	if (command_must(&command, &result, &err) == 0)
		count = count_lines(&result.out, " missing\n");
	command_result_clear(&result);

	return count;
}

static bool
is_below(struct apply *apply, const struct staged *staged, size_t limit)
{
	char *path;
	struct err err;
	bool below;

	if (limit == 0 || staged->count < limit)
		return true;
	if (staged->count >= 2 * limit)
		return false;
	path = bytes_scratch(apply, SCRATCH, &err);
	below = path != NULL && count_new(path, staged) < limit;
	free(path);

	return below;
}

bool
loose_fits(struct apply *apply, int from)
{
	struct staged staged = { 0 };
	bool fits;

	fits = packidx_each(from, ".idx", add_pack, &staged) == 0 &&
	       staged.count > 0 && staged.bytes <= BYTES_MAX &&
	       is_below(apply, &staged, unpack_limit(apply));
	buf_clear(&staged.oids);

	return fits;
}

static int
unpack(void *ctx, int from, const char *name)
{
	struct buf pack = { 0 };
	struct command command = { .git_dir = ctx,
		.argv = { "unpack-objects", "-q" },
		.deadline_ms = UNPACK_MS };
	struct command_result result;
	struct err err;
	int fd = below_file(from, name, O_RDONLY, 0), rc;

	if (fd == -1)
		return -1;
	rc = below_done(fd, io_read_from(fd, 0, &pack));
	if (rc == 0) {
		command.input = buf_text(&pack);
		command.input_len = pack.len;
		rc = command_must(&command, &result, &err);
		command_result_clear(&result);
	}
	buf_clear(&pack);

	return rc;
}

/* FROM/xx/yyyy */
static bool
is_loose(const char *path)
{
	static const char digits[] = "0123456789abcdef";
	const char *name = path + strlen(FROM) + 1;

	return strlen(path) == strlen(FROM) + OID_SIZE + 1 &&
	       strspn(name, digits) == 2 && name[2] == '/' &&
	       strspn(name + 3, digits) == OID_SIZE - 3;
}

/* Those of the scratch that do not lie in the checkout loose. */
struct landing {
	struct apply *apply;
	int objects;       /* of the checkout */
	struct list names; /* "xx/yyyy" */
};

static int
note(void *ctx, const char *path, bool is_folder)
{
	struct landing *landing = ctx;

	if (is_folder || !is_loose(path))
		return 0;
	path += strlen(FROM) + 1;
	if (faccessat(landing->objects, path, F_OK, 0) == -1)
		list_add(&landing->names, path);

	return 0;
}

static int
make_fan(int objects, const char *name, int shared)
{
	char fan[3] = { name[0], name[1] };

	if (mkdirat(objects, fan, 0777) == -1)
		return errno == EEXIST ? 0 : -1;

	return shared_adjust_folder(shared, objects, fan);
}

/* A prune beside us takes folders that are empty, ours among them. */
static int
land_one(struct landing *landing, const struct born *born, const char *name)
{
	char *path = xasprintf(FROM "/%s", name);
	int rc, tries = FAN_TRIES;

	do {
		rc = make_fan(landing->objects, name, born->shared);
		if (rc == 0)
			rc = born_put(born, landing->apply->token_fd, path,
			    landing->objects, name);
	} while (rc == -1 && errno == ENOENT && tries-- > 0);
	free(path);

	return rc;
}

static int
land_all(struct landing *landing)
{
	struct born born = { .nursery = landing->apply->token_fd,
		.mode = 0444,
		.shared = refs_store(landing->apply->target)->shared,
		.later = landing->names.count > SYNC_EACH_MAX };
	size_t i;

	if (born.later && syncfs(landing->apply->token_fd) == -1)
		return -1;
	for (i = 0; i < landing->names.count; i++)
		if (land_one(landing, &born, landing->names.items[i]) == -1)
			return -1;
	if (landing->names.count == 0)
		return 0;

	return born.later ? syncfs(landing->objects) : fsync(landing->objects);
}

/* Are those that are not loose in some pack now? */
static bool
is_packed(struct apply *apply, const struct list *names)
{
	struct target_changes changes = { .count = names->count };
	struct target_change *list;
	bool all;
	size_t i;

	if (names->count == 0)
		return true;
	list = changes.list = xcalloc(names->count, sizeof(*list));
	for (i = 0; i < names->count; i++) {
		memcpy(list[i].new_oid, names->items[i], 2);
		memcpy(list[i].new_oid + 2, names->items[i] + 3, OID_SIZE - 3);
		list[i].new_mode = TARGET_FILE;
	}
	all = target_landed(apply->target, &changes);
	free(list);

	return all;
}

int
loose_again(struct apply *apply)
{
	struct landing landing = { .apply = apply };
	int rc;

	if (apply->token_fd == -1 ||
	    folder_inode(apply->token_fd, SCRATCH) == 0)
		return 0;
	landing.objects = openat(apply->common_fd, "objects",
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (landing.objects == -1)
		return -1;
	rc = folder_walk(apply->token_fd, FROM, note, &landing);
	if (rc == 0 && !is_packed(apply, &landing.names))
		rc = land_all(&landing);
	list_clear(&landing.names);

	return below_done(landing.objects, rc);
}

static int
note_oid(void *ctx, const char *path, bool is_folder)
{
	struct buf *oids = ctx;

	if (!is_folder && is_loose(path)) {
		path += strlen(FROM) + 1;
		buf_printf(oids, "%.2s%s\n", path, path + 3);
	}

	return 0;
}

/* In the scratch, where they are loose. */
static int
make_pack(struct apply *apply)
{
	char *path = bytes_path(apply, SCRATCH);
	char *prefix = xasprintf("%s/objects/pack/pack", path);
	struct buf oids = { 0 };
	struct command command = { .git_dir = path,
		.argv = { "pack-objects", "-q", "--threads=1", prefix },
		.deadline_ms = UNPACK_MS };
	struct command_result result = { 0 };
	struct err err;
	int rc = folder_walk(apply->token_fd, FROM, note_oid, &oids);

	if (rc == 0) {
		command.input = buf_text(&oids);
		command.input_len = oids.len;
		rc = command_must(&command, &result, &err);
	}
	command_result_clear(&result);
	buf_clear(&oids);
	free(prefix);
	free(path);

	return rc;
}

static int
land_pack(struct apply *apply)
{
	int from, rc;

	if (make_pack(apply) == -1)
		return -1;
	from = folder_open(apply->token_fd, FROM "/pack");
	rc = from == -1 ? -1 : packs_land(apply, from);
	if (from != -1)
		close(from);

	return rc;
}

int
loose_settle(struct apply *apply)
{
	if (apply->token_fd == -1 ||
	    folder_inode(apply->token_fd, SCRATCH) == 0)
		return 0;
	if (folder_inode(apply->common_fd, "gc.pid") != 0 &&
	    land_pack(apply) == -1)
		return -1;

	return loose_again(apply);
}

int
loose_land(struct apply *apply, int from)
{
	struct err err;
	char *path = bytes_scratch(apply, SCRATCH, &err);
	int rc;

	if (path == NULL)
		rc = apply_fail(apply, &err);
	else if (packidx_each(from, ".pack", unpack, path) == 0)
		rc = loose_again(apply) == -1 ? apply_fail_sys(apply, "objects")
					      : 1;
	else
		rc = 0;
	if (rc == 0)
		folder_remove(apply->token_fd, SCRATCH);
	free(path);

	return rc;
}

bool
loose_landed(struct apply *apply)
{
	int tries = LOOK_TRIES;

	while (loose_again(apply) == 0) {
		if (target_landed(apply->target, &apply->changes))
			return true;
		if (--tries == 0 || folder_inode(apply->token_fd, SCRATCH) == 0)
			break;
	}

	return false;
}
