/*
 * gitconfig - one repository's configuration file, read as text
 *
 * Read before libgit2 opens anything (B1), and the only place from where the
 * repository's own settings are taken: nothing in it is obeyed here, only
 * found. A key is `section.name` or `section.Sub section.name`, section and
 * name in lower case. `include.path` is followed (ten deep, as git does), and
 * includeIf.*.path where its condition holds for the repository at hand.
 */
#ifndef GIT_GITCONFIG_H
#define GIT_GITCONFIG_H

#include "base/list.h"
#include <stdbool.h>
#include <stddef.h>

struct gitconfig_entry {
	char *key;        /* owned */
	char *value;      /* owned; "true" where the file has a bare name */
	bool conditional; /* from a file that was included on a condition */
};

struct gitconfig {
	struct gitconfig_entry *entries; /* owned; as written, last wins */
	size_t count, cap;
	bool conditional; /* has conditions, whether they hold or not */
	bool asks_urls;   /* one of them asks for the remotes' URLs */
};

/* The repository that conditions are about. */
struct gitconfig_scope {
	const char *git_dir; /* borrowed; its real path; or NULL */
	const char *alias;   /* borrowed; as it was named; or NULL */
	const char *branch;  /* borrowed; of HEAD, short; NULL: detached */
	const struct gitconfig *urls; /* borrowed; where its remotes are; NULL:
					 the very file that is read */
};

/*
 * Add the entries of the file at `path`. 1 read, 0 there is none, -1 it is
 * unreadable or not a configuration file (what came before the fault stays).
 * Without a `scope` no condition holds.
 */
int gitconfig_read(struct gitconfig *config, const char *path,
    const struct gitconfig_scope *scope);

/* The last value of `key`, or NULL. Borrowed. */
const char *gitconfig_get(const struct gitconfig *config, const char *key);

/* The last value of `section.sub.name`, or NULL. Borrowed. */
const char *gitconfig_get_sub(const struct gitconfig *config,
    const char *section, const char *sub, const char *name);

/* All values of `section.sub.name`, in their order, onto `out`. */
void gitconfig_get_all(const struct gitconfig *config, const char *section,
    const char *sub, const char *name, struct list *out);

/* The first value of remote.NAME.url, which is the one that git fetches from;
 * or NULL. Borrowed. */
const char *gitconfig_remote_url(const struct gitconfig *config,
    const char *name);

/* A value as git reads a boolean; `otherwise` where it is none. */
bool gitconfig_true(const char *value, bool otherwise);

/* The last value of `key` so read; `otherwise` where absent, too. */
bool gitconfig_bool(const struct gitconfig *config, const char *key,
    bool otherwise);

void gitconfig_clear(struct gitconfig *config);

#endif
