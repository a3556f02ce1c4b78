/*
 * shared - core.sharedRepository: modes of what is born in a git dir
 *
 * Born with 0666 or 0777 less the umask, group and default ACL those of the
 * folder; then these, as git's adjust_shared_perm() has it.
 */
#ifndef GIT_SHARED_H
#define GIT_SHARED_H

#include <sys/types.h>

/* Of the setting's value, NULL where there is none, as git keeps it: 0 what the
 * umask says; above it bits to add; below it bits to have instead. */
int shared_parse(const char *value);

/* The mode of what has `mode`; with its file type. */
mode_t shared_mode(int shared, mode_t mode);

/* Set it where it is another one. -1 and errno. */
int shared_adjust(int shared, int fd);

/* Likewise of the folder `name` in `folder`. */
int shared_adjust_folder(int shared, int folder, const char *name);

#endif
