#include "git/marks.h"
#include "base/alloc.h"
#include "base/instant.h"
#include "git/file.h"
#include "proc/holder.h"
#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define REFLOG_MAX ((size_t)64 << 20)
#define HEAD_MAX 4096
#define STALE_S 3600 /* a lock that nobody is seen to have */

enum mark {
	MARK_MERGE = 1 << 0,
	MARK_REBASE = 1 << 1,
	MARK_APPLY = 1 << 2,
	MARK_PICK = 1 << 3,
	MARK_REVERT = 1 << 4,
	MARK_BISECT = 1 << 5,
	MARK_INDEX_LOCK = 1 << 6,
	MARK_HEAD_LOCK = 1 << 7,
	MARK_PACKED_LOCK = 1 << 8,
	MARK_SHALLOW = 1 << 9,
	MARK_HERMES = 1 << 10,
	MARK_WORKTREES = 1 << 11,
	MARK_SEQUENCER = 1 << 12
};

static const struct {
	const char *name;
	enum mark mark;
	const char *means; /* what is in progress */
} marks[] = {
	{ "MERGE_HEAD", MARK_MERGE, "merge" },
	{ "rebase-merge", MARK_REBASE, "rebase" },
	{ "rebase-apply", MARK_APPLY, "rebase or am" },
	{ "CHERRY_PICK_HEAD", MARK_PICK, "cherry-pick" },
	{ "REVERT_HEAD", MARK_REVERT, "revert" },
	{ "BISECT_LOG", MARK_BISECT, "bisect" },
	{ "sequencer", MARK_SEQUENCER, "cherry-pick or revert" },
	{ "index.lock", MARK_INDEX_LOCK, NULL },
	{ "HEAD.lock", MARK_HEAD_LOCK, NULL },
	{ "packed-refs.lock", MARK_PACKED_LOCK, NULL },
	{ "shallow", MARK_SHALLOW, NULL },
	{ "hermes", MARK_HERMES, NULL },
	{ "worktrees", MARK_WORKTREES, NULL },
};

#define MARK_COUNT (sizeof(marks) / sizeof(marks[0]))

static unsigned
read_marks(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	unsigned found = 0;
	size_t i;

	if (!dir)
		return 0;
	while ((entry = readdir(dir)))
		for (i = 0; i < MARK_COUNT; i++)
			if (strcmp(entry->d_name, marks[i].name) == 0)
				found |= marks[i].mark;
	closedir(dir);

	return found;
}

/* git says in rebase-apply/ which of the two it is. */
static const char *
applying(const char *git_dir)
{
	char *am = xasprintf("%s/rebase-apply/applying", git_dir);
	char *rebase = xasprintf("%s/rebase-apply/rebasing", git_dir);
	const char *means = access(am, F_OK) == 0       ? "am"
			    : access(rebase, F_OK) == 0 ? "rebase"
							: "rebase or am";

	free(rebase);
	free(am);

	return means;
}

/* Folders named by a token: prepared files of an apply that did not end. */
static void
find_interrupted(struct inspection *in, const char *folder)
{
	char *path = xasprintf("%s/hermes", folder);
	DIR *dir = opendir(path);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]) &&
		    !inspect_has(in, "interrupted"))
			inspect_note(in, "interrupted", true,
			    xasprintf("%s/%s", path, entry->d_name));
	if (dir)
		closedir(dir);
	free(path);
}

/* git closes index.lock while its editor is open: who works there counts. */
static bool
find_holder(const struct place *place, const char *path, struct holder *holder)
{
	return holder_find(holder, path, "git",
	    place->worktree ? place->worktree : place->git_dir);
}

/* Since when, and not how old: what does not change is no news. */
static char *
lock_text(const char *path, const struct timespec *made,
    const struct holder *holder)
{
	char since[INSTANT_SIZE];

	instant_format((instant)made->tv_sec * 1000, since);
	if (!holder)
		return xasprintf("%s, since %s, no process is seen to have it",
		    path, since);

	return xasprintf("%s, since %s, %s (pid %d) %s", path, since,
	    holder->name, (int)holder->pid,
	    holder->open ? "has it open" : "works there");
}

static void
note_lock(struct inspection *in, const char *folder, const char *name)
{
	char *path = xasprintf("%s/%s", folder, name);
	struct holder holder;
	struct timespec now;
	struct stat info;
	bool held, stale;

	if (lstat(path, &info) == 0 &&
	    clock_gettime(CLOCK_REALTIME, &now) == 0) {
		held = find_holder(&in->place, path, &holder);
		stale = !held && now.tv_sec - info.st_mtime >= STALE_S;
		inspect_note(in, stale ? "stale-lock" : "locked", true,
		    lock_text(path, &info.st_mtim, held ? &holder : NULL));
	}
	free(path);
}

static void
find_locks(struct inspection *in, unsigned found, unsigned common)
{
	char *name;

	if (found & MARK_INDEX_LOCK)
		note_lock(in, in->place.git_dir, "index.lock");
	if (found & MARK_HEAD_LOCK)
		note_lock(in, in->place.git_dir, "HEAD.lock");
	if (common & MARK_PACKED_LOCK)
		note_lock(in, in->place.common_dir, "packed-refs.lock");
	if (!in->branch)
		return;
	name = xasprintf("refs/heads/%s.lock", in->branch);
	note_lock(in, in->place.common_dir, name);
	free(name);
}

static bool
head_is(const char *git_dir, const char *branch)
{
	char *path = xasprintf("%s/HEAD", git_dir);
	char *line = xasprintf("ref: refs/heads/%s\n", branch);
	struct buf text = { 0 };
	bool is;

	is = file_read(path, HEAD_MAX, &text) == 1 &&
	     strcmp(text.data, line) == 0;
	buf_clear(&text);
	free(line);
	free(path);

	return is;
}

/* Counts them. A branch that another worktree holds is that worktree's to move.
 */
static void
find_other_holder(struct inspection *in)
{
	const struct place *place = &in->place;
	char *path = xasprintf("%s/worktrees", place->common_dir);
	DIR *dir = opendir(path);
	struct dirent *entry;
	char *other;

	if (place->linked && in->branch &&
	    head_is(place->common_dir, in->branch) &&
	    !gitconfig_bool(&place->config, "core.bare", false))
		inspect_note(in, "locked", true,
		    xasprintf("%s is checked out in the main worktree",
			in->branch));
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		in->worktree_count++;
		if (!in->branch)
			continue;
		other = xasprintf("%s/%s", path, entry->d_name);
		if (strcmp(other, place->git_dir) != 0 &&
		    head_is(other, in->branch))
			inspect_note(in, "locked", true,
			    xasprintf("%s is checked out in worktree %s",
				in->branch, entry->d_name));
		free(other);
	}
	if (dir)
		closedir(dir);
	free(path);
}

static void
count_stashes(struct inspection *in)
{
	char *path = xasprintf("%s/logs/refs/stash", in->place.common_dir);
	struct buf text = { 0 };
	size_t i;

	if (file_read(path, REFLOG_MAX, &text) == 1)
		for (i = 0; i < text.len; i++)
			in->stash_count += text.data[i] == '\n';
	buf_clear(&text);
	free(path);
}

void
marks_find(struct inspection *in)
{
	const struct place *place = &in->place;
	unsigned found, common;
	size_t i;

	found = read_marks(place->git_dir);
	common = place->linked ? read_marks(place->common_dir) : found;
	if (common & MARK_HERMES)
		find_interrupted(in, place->common_dir);
	if (place->linked && (found & MARK_HERMES))
		find_interrupted(in, place->git_dir);
	for (i = 0; i < MARK_COUNT; i++)
		if ((found & marks[i].mark) && marks[i].means) {
			inspect_note(in, "in-progress", in->tree_leads,
			    xstrdup(marks[i].mark == MARK_APPLY
					? applying(place->git_dir)
					: marks[i].means));
			break;
		}
	find_locks(in, found, common);
	if (common & MARK_WORKTREES)
		find_other_holder(in);
	if (common & MARK_SHALLOW)
		inspect_note(in, "shallow", true, NULL);
	count_stashes(in);
}
