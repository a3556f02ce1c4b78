/*
 * born - a file of ours, put into a folder as if it had been made there
 *
 * Where a file made in the folder would inherit something (mirror.h), or where
 * a hard link cannot be, it is copied into a folder like it first.
 */
#ifndef EXEC_BORN_H
#define EXEC_BORN_H

#include <stdbool.h>
#include <sys/types.h>

struct born {
	int nursery; /* borrowed; a folder of ours on the file system that it
			goes to: what is half there lies in it alone */
	mode_t mode; /* made with it, before the umask or a default ACL takes
			from it; 0: the mode that it has, less the umask */
	int shared;  /* core.sharedRepository, as shared.h has it */
	bool later;  /* its bytes are on the disk, and the caller syncs the
			folders; what has to be copied is synced here */
};

/*
 * Put `name` of the folder `from` at `path` below `root`, synced; what is there
 * already stays. A file of ours that is linked has the mode under its old name,
 * too. -1 and errno.
 */
int born_put(const struct born *born, int from, const char *name, int root,
    const char *path);

#endif
