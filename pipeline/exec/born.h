/*
 * born - a file of ours, put into a folder as if it had been made there
 *
 * Where a file made in the folder would inherit something (mirror.h), or where
 * a hard link cannot be, it is copied into a folder like it first.
 */
#ifndef EXEC_BORN_H
#define EXEC_BORN_H

/*
 * Put `name` of the folder `from` at `path` below `root`; what is there already
 * stays. `from` must be one that we may make folders in. -1 and errno.
 */
int born_put(int from, const char *name, int root, const char *path);

#endif
