/*
 * ref_folder - the folders that refs and reflogs lie in
 *
 * A ref "a/b" needs a folder "a"; the last one to go takes it along, and an
 * empty one in the place of a ref is no obstacle: all as git has it.
 */
#ifndef GIT_REF_FOLDER_H
#define GIT_REF_FOLDER_H

/*
 * Make the folders above `path` below `folder`, of mode 0777 less the umask
 * and then as `shared` (shared.h) says. -1 and errno; ENOTDIR, EEXIST: a ref
 * is in the way.
 */
int ref_folder_make(int folder, const char *path, int shared);

/* Remove the folder `path` if nothing but empty folders is in it. -1 and
 * errno: ENOTEMPTY. */
int ref_folder_clear(int folder, const char *path);

/* Remove the folders above `path` that are empty now, none of the first
 * `keep` ("refs/heads": 2). */
void ref_folder_drop(int folder, const char *path, int keep);

#endif
