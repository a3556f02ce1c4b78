/*
 * holder - which process has a file open, or works in a folder
 *
 * Read from /proc, as far as the user may look into it: where nobody is seen
 * somebody may be there all the same.
 */
#ifndef PROC_HOLDER_H
#define PROC_HOLDER_H

#include <stdbool.h>
#include <sys/types.h>

struct holder {
	pid_t pid;
	char name[64]; /* as /proc/PID/comm has it */
	bool open;     /* has it open; else it works in the folder */
};

/*
 * Who has the file at `path` open? Or else, who of the processes called `name`
 * has its current folder at or below the real path `folder`? False: none seen.
 */
bool holder_find(struct holder *holder, const char *path, const char *name,
    const char *folder);

#endif
