/*
 * sound - a git dir whose parts are its own
 *
 * What Hermes and libgit2 write below a git dir is named by path: a symbolic
 * link on the way would carry it elsewhere, and a FIFO would be waited for
 * without end. By lstat alone, nothing is opened.
 *
 *   N1  what is written through: folders are folders, files are files; and a
 *       branch that two folders share by a link (git-new-workdir) would be
 *       checked out twice. HEAD is among them, for it says what is written
 *   N2  what is only read may be a link, to a file
 */
#ifndef GIT_SOUND_H
#define GIT_SOUND_H

/* What is wrong, the caller's to free: "refs/heads is a symbolic link"; NULL
 * where nothing is. */
char *sound_fault(const char *git_dir, const char *common_dir);

/* The same of one ref's own file and reflog; `name` is whole. */
char *sound_ref_fault(const char *common_dir, const char *name);

#endif
