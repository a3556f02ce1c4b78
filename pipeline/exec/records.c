#include "records.h"
#include "base/alloc.h"
#include "folder.h"
#include "git/packed.h"
#include "store/below.h"
#include "store/io.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INSIDE "refs"
#define INSIDE_NEW INSIDE ".new"
#define KEPT "refs-"

struct record {
	int64_t token;
	struct moves moves; /* the first is the branch */
};

struct records {
	struct record *list; /* owned */
	size_t count, cap;
};

static void
put_line(struct buf *text, const char *from, const char *to, const char *name)
{
	buf_printf(text, "%s %s %s\n", from, to, name);
}

int
records_write(const struct apply *apply, struct err *err)
{
	const struct move *move = apply->moves.list;
	struct buf text = { 0 };
	size_t i;
	int rc;

	put_line(&text, apply->before, apply->after, apply->ref);
	for (i = 0; i < apply->moves.count; i++, move++)
		put_line(&text, move->from, move->to, move->name);
	rc =
	    folder_write(apply->token_fd, INSIDE_NEW, text.data, text.len, err);
	buf_clear(&text);
	if (rc == 0 && (renameat(apply->token_fd, INSIDE_NEW, apply->token_fd,
			    INSIDE) == -1 ||
			   fsync(apply->token_fd) == -1))
		rc = err_sys(err, EX_IOERR, INSIDE);

	return rc;
}

/* `line` is written to. */
static int
read_line(struct moves *moves, char *line)
{
	char *to = line + OID_SIZE, *name = to + OID_SIZE;

	if (strlen(line) <= (size_t)(name - line) || !packed_is_oid(line) ||
	    !packed_is_oid(to) || to[-1] != ' ' || name[-1] != ' ') {
		errno = EBADMSG;
		return -1;
	}
	to[-1] = name[-1] = '\0';
	moves_add(moves, name, line, to);

	return 0;
}

/* All lines; absent is none. -1 and errno. */
static int
read_moves(int folder, const char *name, struct moves *moves)
{
	struct buf text = { 0 };
	int fd = below_file(folder, name, O_RDONLY, 0), rc;
	char *line, *next = NULL;

	if (fd == -1)
		return errno == ENOENT ? 0 : -1;
	rc = below_done(fd, io_read_from(fd, 0, &text));
	line = rc == 0 ? strtok_r(text.data, "\n", &next) : NULL;
	for (; rc == 0 && line != NULL; line = strtok_r(NULL, "\n", &next))
		rc = read_line(moves, line);
	buf_clear(&text);

	return rc;
}

/* The branch is the caller's own matter. */
static void
drop_first(struct moves *moves)
{
	if (moves->count == 0)
		return;
	free(moves->list[0].name);
	memmove(moves->list, moves->list + 1,
	    --moves->count * sizeof(*moves->list));
}

int
records_read(struct apply *apply)
{
	moves_clear(&apply->moves);
	if (read_moves(apply->token_fd, INSIDE, &apply->moves) == -1)
		return -1;
	drop_first(&apply->moves);

	return 0;
}

static char *
kept_name(int64_t token)
{
	return xasprintf(KEPT "%" PRId64, token);
}

int
records_keep(const struct apply *apply)
{
	char *kept = kept_name(apply->token);
	int rc = renameat(apply->token_fd, INSIDE, apply->home_fd, kept);

	free(kept);
	if (rc == -1)
		return errno == ENOENT ? 0 : -1;

	return fsync(apply->home_fd);
}

int64_t
token_of(const char *digits)
{
	if (*digits < '1' || *digits > '9' || strlen(digits) > 16 ||
	    digits[strspn(digits, "0123456789")] != '\0')
		return 0;

	return strtoll(digits, NULL, 10);
}

/* 0: it is the name of none. */
static int64_t
kept_token(const char *name)
{
	return strncmp(name, KEPT, strlen(KEPT)) == 0
		   ? token_of(name + strlen(KEPT))
		   : 0;
}

/* -1 and errno. */
static int
each_kept(const struct apply *apply, int (*visit)(void *ctx, int64_t token),
    void *ctx)
{
	int fd = below_open(apply->home_fd, ".", O_RDONLY | O_DIRECTORY, 0);
	DIR *dir = fd != -1 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	int rc = 0;

	if (dir == NULL)
		return -1;
	while (rc == 0 && (entry = readdir(dir)) != NULL)
		if (kept_token(entry->d_name) != 0)
			rc = visit(ctx, kept_token(entry->d_name));
	closedir(dir); /* leaves errno alone */

	return rc;
}

struct gathering {
	const struct apply *apply;
	struct records *records;
};

/* One that is damaged is none. */
static int
gather(void *ctx, int64_t token)
{
	struct gathering *gathering = ctx;
	struct records *all = gathering->records;
	struct record one = { .token = token };
	char *name = kept_name(token);
	int rc = read_moves(gathering->apply->home_fd, name, &one.moves);

	free(name);
	if (rc == -1 || one.moves.count == 0) {
		moves_clear(&one.moves);
		return rc == -1 && errno != EBADMSG ? -1 : 0;
	}
	all->list = xgrow(all->list, all->count, &all->cap, sizeof(*all->list));
	all->list[all->count++] = one;

	return 0;
}

static void
records_clear(struct records *all)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		moves_clear(&all->list[i].moves);
	free(all->list);
}

/* The latest that led `ref` to `oid`, of those before `token`. */
static struct record *
led_to(const struct records *all, const char *ref, const char *oid,
    int64_t token)
{
	struct record *found = NULL, *at = all->list;
	const struct move *branch;

	for (; at != NULL && at < all->list + all->count; at++) {
		branch = &at->moves.list[0];
		if (at->token < token &&
		    (found == NULL || at->token > found->token) &&
		    strcmp(branch->name, ref) == 0 &&
		    strcmp(branch->to, oid) == 0)
			found = at;
	}

	return found;
}

/* From where the branch stands to where it goes, the latest first. */
static int
follow(const struct apply *apply,
    int (*visit)(void *ctx, const struct record *record), void *ctx)
{
	struct records all = { 0 };
	struct gathering gathering = { apply, &all };
	const struct record *at;
	const char *oid = apply->before;
	int64_t token = INT64_MAX;
	int rc = each_kept(apply, gather, &gathering), saved;

	while (rc == 0 && strcmp(oid, apply->after) != 0 &&
	       (at = led_to(&all, apply->ref, oid, token)) != NULL) {
		rc = visit(ctx, at);
		oid = at->moves.list[0].from;
		token = at->token;
	}
	saved = errno;
	records_clear(&all);
	errno = saved;

	return rc;
}

static struct move *
find(struct moves *moves, const char *name)
{
	size_t i;

	for (i = 0; i < moves->count; i++)
		if (strcmp(moves->list[i].name, name) == 0)
			return &moves->list[i];

	return NULL;
}

static int
go_back(void *ctx, const struct record *record)
{
	const struct move *at;
	struct moves *way = ctx;
	struct move *later;
	size_t i;

	for (i = 1; i < record->moves.count; i++) {
		at = &record->moves.list[i];
		later = find(way, at->name);
		if (later == NULL)
			moves_add(way, at->name, at->to, at->from);
		else if (strcmp(later->to, at->to) == 0)
			memcpy(later->to, at->from, OID_SIZE);
	}

	return 0;
}

int
records_way(const struct apply *apply, struct moves *way, struct err *err)
{
	if (follow(apply, go_back, way) == -1)
		return err_sys(err, EX_IOERR, "hermes/" KEPT);

	return 0;
}

static int
end_one(void *ctx, const struct record *record)
{
	const struct apply *apply = ctx;
	char *name = kept_name(record->token);
	int rc = unlinkat(apply->home_fd, name, 0);

	free(name);

	return rc;
}

int
records_end(const struct apply *apply)
{
	return follow(apply, end_one, (void *)apply);
}

struct pruning {
	int home_fd;
	int64_t token;
};

static int
prune_one(void *ctx, int64_t token)
{
	const struct pruning *pruning = ctx;
	char *name = kept_name(token);

	if (token < pruning->token)
		unlinkat(pruning->home_fd, name, 0);
	free(name);

	return 0;
}

void
records_prune(const struct apply *apply, int64_t token)
{
	struct pruning pruning = { apply->home_fd, token };

	each_kept(apply, prune_one, &pruning);
}
