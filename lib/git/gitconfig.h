/*
 * gitconfig - one repository's configuration file, read as text
 *
 * Read before libgit2 opens anything (B1), and the only place from where the
 * repository's own settings are taken: nothing in it is obeyed here, only
 * found. A key is `section.name` or `section.Sub section.name`, section and
 * name in lower case. `include.path` is followed (ten deep, as git does);
 * conditional includes are not.
 */
#ifndef GIT_GITCONFIG_H
#define GIT_GITCONFIG_H

#include <stdbool.h>
#include <stddef.h>

struct gitconfig_entry {
	char *key;   /* owned */
	char *value; /* owned; "true" where the file has a bare name */
};

struct gitconfig {
	struct gitconfig_entry *entries; /* owned; as written, last wins */
	size_t count, cap;
};

/*
 * Add the entries of the file at `path`. 1 read, 0 there is none, -1 it is
 * unreadable or not a configuration file (what came before the fault stays).
 */
int gitconfig_read(struct gitconfig *config, const char *path);

/* The last value of `key`, or NULL. Borrowed. */
const char *gitconfig_get(const struct gitconfig *config, const char *key);

/* The last value of `section.sub.name`, or NULL. Borrowed. */
const char *gitconfig_get_sub(const struct gitconfig *config,
    const char *section, const char *sub, const char *name);

/* A boolean as git reads it; `otherwise` where absent or not one. */
bool gitconfig_bool(const struct gitconfig *config, const char *key,
    bool otherwise);

void gitconfig_clear(struct gitconfig *config);

#endif
