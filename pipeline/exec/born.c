#include "born.h"
#include "folder.h"
#include "mirror.h"
#include "store/below.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define NURSERY "born"
#define COPY NURSERY "/copy"
#define PIECE (1u << 30)

static int
copy_bytes(int in, int out)
{
	ssize_t moved;

	do
		moved = copy_file_range(in, NULL, out, NULL, PIECE, 0);
	while (moved > 0);

	return moved == -1 ? -1 : fsync(out);
}

static int
copy_file(int from, const char *name, const char *to)
{
	int in = openat(from, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	int out = -1, rc = -1;
	struct stat st;

	if (in != -1 && fstat(in, &st) == 0)
		out = openat(from, to,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    st.st_mode & 0777);
	if (out != -1)
		rc = copy_bytes(in, out);
	if (in != -1)
		rc = below_done(in, rc);
	if (out != -1)
		rc = below_done(out, rc);

	return rc;
}

static int
put_copy(int from, const char *name, int folder, const char *as)
{
	int rc;

	folder_remove(from, NURSERY);
	if (mirror_folder(folder, from, NURSERY) == -1)
		return -1;
	rc = copy_file(from, name, COPY);
	if (rc == 0)
		rc = renameat2(from, COPY, folder, as, RENAME_NOREPLACE);
	if (rc == -1 && errno == EEXIST)
		rc = 0;

	return rc;
}

int
born_put(int from, const char *name, int root, const char *path)
{
	const char *as;
	int folder = below_parent(root, path, O_RDONLY, &as), rc = -1;

	if (folder == -1)
		return -1;
	if (mirror_matters(folder)) {
		rc = put_copy(from, name, folder, as);
	} else if (linkat(from, name, folder, as, 0) == 0 || errno == EEXIST) {
		rc = 0;
	} else if (errno == EXDEV || errno == EPERM || errno == EMLINK) {
		rc = put_copy(from, name, folder, as);
	}
	if (rc == 0)
		rc = fsync(folder);

	return below_done(folder, rc);
}
