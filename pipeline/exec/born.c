#include "born.h"
#include "folder.h"
#include "git/shared.h"
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
#define BLOCK 65536

static int
copy_blocks(int in, int out)
{
	char block[BLOCK];
	ssize_t len;

	if (lseek(in, 0, SEEK_SET) == -1 || ftruncate(out, 0) == -1 ||
	    lseek(out, 0, SEEK_SET) == -1)
		return -1;
	while ((len = read(in, block, sizeof(block))) > 0)
		if (write(out, block, (size_t)len) != len)
			return -1;

	return len == -1 ? -1 : 0;
}

/* Not every pair of file systems does copy_file_range(2). */
static int
copy_bytes(int in, int out)
{
	ssize_t moved;

	do
		moved = copy_file_range(in, NULL, out, NULL, PIECE, 0);
	while (moved > 0);
	if (moved == -1 && (errno == EXDEV || errno == EINVAL))
		return copy_blocks(in, out);

	return moved == -1 ? -1 : 0;
}

static int
copy_into(const struct born *born, int in, int out)
{
	int rc = copy_bytes(in, out);

	if (rc == 0)
		rc = shared_adjust(born->shared, out);
	if (rc == 0)
		rc = fsync(out);

	return rc;
}

static int
make_copy(const struct born *born, int in)
{
	mode_t mode = born->mode;
	struct stat st;
	int out;

	if (mode == 0 && fstat(in, &st) == 0)
		mode = st.st_mode & 0777;
	out = openat(born->nursery, COPY,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (out == -1)
		return -1;

	return below_done(out, copy_into(born, in, out));
}

static int
put_copy(const struct born *born, int in, int folder, const char *as)
{
	int rc;

	folder_remove(born->nursery, NURSERY);
	if (mirror_folder(folder, born->nursery, NURSERY) == -1)
		return -1;
	rc = make_copy(born, in);
	if (rc == 0)
		rc = renameat2(born->nursery, COPY, folder, as,
		    RENAME_NOREPLACE);
	if (rc == -1 && errno == EEXIST)
		rc = 0;

	return rc;
}

static mode_t
umask_now(void)
{
	mode_t mask = umask(0);

	umask(mask);

	return mask;
}

/* What a folder that hands nothing down leaves of it. */
static int
set_mode(const struct born *born, int fd)
{
	mode_t mode;
	struct stat st;

	if (fstat(fd, &st) == -1)
		return -1;
	mode = born->mode == 0 ? st.st_mode & 0777 : born->mode;
	mode = shared_mode(born->shared, mode & ~umask_now());

	return mode == (st.st_mode & 07777) ? 0 : fchmod(fd, mode);
}

/* Before it has its name, so that nobody meets it otherwise. */
static int
put_link(const struct born *born, int in, int from, const char *name,
    int folder, const char *as)
{
	if (set_mode(born, in) == -1 || (!born->later && fsync(in) == -1) ||
	    (linkat(from, name, folder, as, 0) == -1 && errno != EEXIST))
		return -1;

	return 0;
}

static int
put(const struct born *born, int in, int from, const char *name, int folder,
    const char *as)
{
	if (faccessat(folder, as, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	if (!mirror_matters(folder)) {
		if (put_link(born, in, from, name, folder, as) == 0)
			return 0;
		if (errno != EXDEV && errno != EPERM && errno != EMLINK)
			return -1;
	}

	return put_copy(born, in, folder, as);
}

int
born_put(const struct born *born, int from, const char *name, int root,
    const char *path)
{
	const char *as;
	int in, folder, rc = -1;

	in = openat(from, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (in == -1)
		return -1;
	folder = below_parent(root, path, O_RDONLY, &as);
	if (folder != -1) {
		rc = put(born, in, from, name, folder, as);
		if (rc == 0 && !born->later)
			rc = fsync(folder);
		rc = below_done(folder, rc);
	}

	return below_done(in, rc);
}
