#include "mirror.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define ACL_DEFAULT "system.posix_acl_default"
#define ACL_MAX 65536 /* XATTR_SIZE_MAX */

/* What a file or a folder made in one gets of its attributes (ioctl_iflags(2));
 * immutable and append-only are not handed down. */
#define FLAGS_INHERITED                                                        \
	(FS_SYNC_FL | FS_NODUMP_FL | FS_NOATIME_FL | FS_COMPR_FL |             \
	    FS_NOCOMP_FL | FS_DIRSYNC_FL | FS_NOCOW_FL | FS_PROJINHERIT_FL)

static int
flags_of(int fd)
{
	int flags;

	return ioctl(fd, FS_IOC_GETFLAGS, &flags) == -1
		   ? 0
		   : flags & FLAGS_INHERITED;
}

static void
take_flags(int like, int fd)
{
	int wanted = flags_of(like), flags;

	if (wanted != 0 && ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0) {
		flags |= wanted;
		ioctl(fd, FS_IOC_SETFLAGS, &flags);
	}
}

static void
take_acl(int like, int fd)
{
	char acl[ACL_MAX];
	ssize_t len = fgetxattr(like, ACL_DEFAULT, acl, sizeof(acl));

	if (len > 0)
		fsetxattr(fd, ACL_DEFAULT, acl, (size_t)len, 0);
}

static void
take_group(int like, int fd)
{
	struct stat st;

	if (fstat(like, &st) == 0 && (st.st_mode & S_ISGID) != 0 &&
	    fchown(fd, (uid_t)-1, st.st_gid) == 0)
		fchmod(fd, 02700);
}

int
mirror_folder(int like, int into, const char *name)
{
	int fd;

	if (mkdirat(into, name, 0700) == -1)
		return errno == EEXIST ? 0 : -1;
	fd =
	    openat(into, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return -1;
	take_group(like, fd);
	take_acl(like, fd);
	take_flags(like, fd);
	close(fd);

	return 0;
}

int
mirror_matters(int like)
{
	struct stat st;

	return (fstat(like, &st) == 0 && (st.st_mode & S_ISGID) != 0) ||
	       fgetxattr(like, ACL_DEFAULT, NULL, 0) > 0 || flags_of(like) != 0;
}
