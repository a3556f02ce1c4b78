/*
 * odd - what libgit2 would open in a worktree, and wait for
 *
 * A FIFO or a device where git reads a file (.gitignore, .gitattributes,
 * core.excludesFile, core.attributesFile) holds whoever opens it. By stat
 * alone; a link to a file is one, and /dev/null, under any name, is one with
 * nothing in it. Folders that nothing tracked lies in are not looked at: that
 * is a deadline's to end.
 */
#ifndef GIT_ODD_H
#define GIT_ODD_H

#include "git/lg.h"
#include <stdbool.h>

/* The member of its configuration that names no file, static; or NULL. */
const char *odd_setting(git_repository *repo);

/* What is no file, the caller's to free: "dir/.gitignore is no file"; NULL
 * where all is well. */
char *odd_file(git_repository *repo, const char *worktree);

/* There, and neither a file nor a folder nor /dev/null. */
bool odd_is(const char *path);

#endif
