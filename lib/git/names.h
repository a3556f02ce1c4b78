/*
 * names - tree entries that must not reach a worktree (B5)
 *
 * Judged as the most forgetful file system would see them: names that fold
 * to ".git" by case, by HFS+'s ignorable characters or by NTFS's short names,
 * streams and trailing dots; "." and ".."; separators; control characters;
 * components longer than a file system takes; modes that no git writes.
 */
#ifndef GIT_NAMES_H
#define GIT_NAMES_H

#include <stdbool.h>

#define NAMES_PATH_MAX 3500 /* bytes below the worktree */

/*
 * What is wrong with one entry's name, or NULL: "dot-git", "dots", "empty",
 * "separator", "control-character", "over-long". Static.
 */
const char *names_unsafe(const char *name);

/* May anything be put at `path`, below a worktree? Not where a part of it is
 * empty, ".", ".." or ".git" in any case. */
bool names_path_safe(const char *path);

/* What is wrong with an entry's raw mode, or NULL: "mode". Static. */
const char *names_unsafe_mode(unsigned mode);

#endif
