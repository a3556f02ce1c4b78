#include "git/shared.h"
#include "git/gitconfig.h"
#include "store/below.h"
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GROUP 0660
#define EVERYBODY 0664

static int
parse_number(const char *value)
{
	char *end;
	long bits = strtol(value, &end, 8);

	if (*value == '\0' || *end != '\0')
		return gitconfig_true(value, false) ? GROUP : 0;
	switch (bits) {
	case 0:
		return 0;
	case 1:
		return GROUP;
	case 2:
		return EVERYBODY;
	}

	return (bits & 0600) == 0600 ? -(int)(bits & 0666) : 0;
}

int
shared_parse(const char *value)
{
	static const struct {
		const char *word;
		int bits;
	} words[] = { { "umask", 0 }, { "group", GROUP }, { "all", EVERYBODY },
		{ "world", EVERYBODY }, { "everybody", EVERYBODY } };
	size_t i;

	if (value == NULL)
		return 0;
	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(value, words[i].word) == 0)
			return words[i].bits;

	return parse_number(value);
}

mode_t
shared_mode(int shared, mode_t mode)
{
	mode_t bits = (mode_t)abs(shared);

	if (shared == 0)
		return mode;
	if ((mode & S_IWUSR) == 0)
		bits &= ~(mode_t)0222;
	if ((mode & S_IXUSR) != 0)
		bits |= (bits & 0444) >> 2;
	mode = shared < 0 ? (mode & ~(mode_t)0777) | bits : mode | bits;
	if (S_ISDIR(mode)) {
		mode |= (mode & 0444) >> 2;
		if ((mode & 060) != 0)
			mode |= S_ISGID;
	}

	return mode;
}

int
shared_adjust(int shared, int fd)
{
	struct stat st;
	mode_t mode;

	if (shared == 0)
		return 0;
	if (fstat(fd, &st) == -1)
		return -1;
	mode = shared_mode(shared, st.st_mode);

	return mode == st.st_mode ? 0 : fchmod(fd, mode & 07777);
}

int
shared_adjust_folder(int shared, int folder, const char *name)
{
	int fd;

	if (shared == 0)
		return 0;
	fd = below_open(folder, name, O_RDONLY | O_DIRECTORY, 0);
	if (fd == -1)
		return -1;

	return below_done(fd, shared_adjust(shared, fd));
}
