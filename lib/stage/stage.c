#include "stage/stage.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *program = "hermes";
static const char *usage_text;

/* A filter started without stdin, stdout or stderr must not open a state
 * file as one of them; and what it writes to none must fail. */
static void
keep_standard_descriptors(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDONLY);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

static _Noreturn void
help(void)
{
	if (printf("usage: %s\nSee %s(1).\n", usage_text, program) < 0 ||
	    fflush(stdout) != 0)
		exit(EX_IOERR);
	exit(EX_OK);
}

void
stage_begin(int argc, char *argv[], const char *usage)
{
	const char *slash;

	keep_standard_descriptors();
	signal(SIGPIPE, SIG_IGN);
	usage_text = usage;
	if (argc < 1)
		exit(EX_USAGE);
	slash = strrchr(argv[0], '/');
	program = slash != NULL ? slash + 1 : argv[0];
	if (argc > 1 && strcmp(argv[1], "-h") == 0)
		help();
}

void
stage_usage(void)
{
	fprintf(stderr, "usage: %s\n", usage_text);
	exit(EX_USAGE);
}

void
stage_die(const struct err *err)
{
	fprintf(stderr, "%s: %s\n", program, err->text);
	exit(err->code);
}

void
stage_note(const char *text)
{
	fprintf(stderr, "%s: %s\n", program, text);
}

/* C0, DEL, and C1 as UTF-8 has it (U+0080 to U+009F). */
static bool
commands(const char *c)
{
	return iscntrl((unsigned char)*c) ||
	       (c[0] == '\xc2' && (unsigned char)c[1] < 0xa0);
}

void
stage_tell(const char *before, const char *text)
{
	const char *c;

	if (!text)
		return;
	fputs(before, stderr);
	for (c = text; *c != '\0'; c++)
		if (commands(c)) {
			fputc('?', stderr);
			c += *c == '\xc2' && c[1] != '\0';
		} else {
			fputc(*c, stderr);
		}
}

long long
stage_number(char option, const char *text, long long min, long long max)
{
	char *end;
	long long n;

	errno = 0;
	n = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || n < min || n > max) {
		fprintf(stderr, "%s: -%c: expected %lld to %lld, found %s\n",
		    program, option, min, max, text);
		exit(EX_USAGE);
	}
	return n;
}

int
stage_state(struct state *state, const char *path, struct err *err)
{
	if (state_open(state, path, true, err) == -1)
		return -1;
	if (state_lock(state, err) == 0)
		return 0;
	state_close(state);
	return -1;
}
