#include "plumbing/command.h"
#include "base/alloc.h"
#include "plumbing/environment.h"
#include "proc/child.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#define GRACE_MS 1000
#define OUTPUT_MAX ((size_t)64 << 10)
#define MEMORY_MAX ((size_t)2 << 30)
#define EMPTY "none" /* a folder of ours with nothing in it (scratch.h) */

/* C3. core.alternateRefsCommand must be a real program: without it fetch runs
 * git in the alternate, which is a checkout. */
static const char *const settings[] = { "core.hooksPath\n/dev/null",
	"core.fsmonitor\nfalse", "core.alternateRefsCommand\n/bin/true",
	"gc.auto\n0", "maintenance.auto\nfalse", "core.splitIndex\nfalse",
	"fetch.unpackLimit\n1", "advice.detachedHead\nfalse", NULL };

static void
variable(struct list *variables, const char *name, const char *value)
{
	char *text = xasprintf("%s=%s", name, value);

	list_add(variables, text);
	free(text);
}

static char **
make_env(const struct command *command)
{
	struct list variables = { 0 }, config = { 0 };
	char *none = xasprintf("%s/" EMPTY, command->git_dir);
	const char *const *setting;
	char **env;

	for (setting = settings; *setting != NULL; setting++)
		list_add(&config, *setting);
	variable(&variables, "GIT_DIR", command->git_dir);
	variable(&variables, "GIT_WORK_TREE",
	    command->worktree != NULL ? command->worktree : none);
	if (command->index != NULL)
		variable(&variables, "GIT_INDEX_FILE", command->index);
	variable(&variables, "GIT_OPTIONAL_LOCKS", "0");
	variable(&variables, "GIT_NO_LAZY_FETCH", "1");
	variable(&variables, "GIT_LITERAL_PATHSPECS", "1");
	env = environment_repository(&config, &variables);
	list_clear(&variables);
	list_clear(&config);
	free(none);

	return env;
}

/* The first line that begins with `mark`, or NULL. */
static const char *
find_line(const char *text, const char *mark)
{
	const char *at = text;

	while (at != NULL && strncmp(at, mark, strlen(mark)) != 0) {
		at = strchr(at, '\n');
		if (at != NULL)
			at++;
	}

	return at;
}

/* What ended git, else its first error, else what it said first. */
static void
take_line(char *out, size_t size, const struct buf *text)
{
	const char *line = find_line(buf_text(text), "fatal: ");

	if (line == NULL)
		line = find_line(buf_text(text), "error: ");
	line = line != NULL ? line + strlen("fatal: ") : buf_text(text);
	snprintf(out, size, "%.*s", (int)strcspn(line, "\n"), line);
	for (; *out != '\0'; out++)
		if (iscntrl((unsigned char)*out))
			*out = '?';
}

/* git has strerror()'s words in what it says, and no number. */
static int
number_in(const char *text)
{
	static const int numbers[] = { ENOMEM, ENOSPC, EDQUOT, EROFS, EIO,
		EMFILE, ENFILE, EACCES, EPERM };
	size_t i;

	if (strstr(text, "Out of memory") != NULL)
		return ENOMEM;
	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (strstr(text, strerror(numbers[i])) != NULL)
			return numbers[i];

	return 0;
}

/* Where git does not tell why it could not. */
static bool
could_not_write(const char *text)
{
	return strstr(text, "nable to write") != NULL ||
	       strstr(text, "nable to create") != NULL;
}

static bool
is_full(const char *path)
{
	struct statvfs info;

	return statvfs(path, &info) == 0 &&
	       (info.f_bavail == 0 || (info.f_files > 0 && info.f_favail == 0));
}

static void
take_end(struct command_result *result, const struct child_result *child,
    const char *git_dir)
{
	const char *text = buf_text(&child->err);

	result->status = child->exit_code;
	if (child->timed_out) {
		result->end = COMMAND_TIMEOUT;
	} else if (child->not_started) {
		result->end = COMMAND_ABSENT;
	} else if (child->signal == 0 && child->exit_code == 0) {
		result->end = COMMAND_DONE;
	} else {
		result->number = number_in(text);
		if (result->number == 0 && could_not_write(text) &&
		    is_full(git_dir))
			result->number = ENOSPC;
		result->end = result->number != 0 || could_not_write(text)
				  ? COMMAND_FAILED
			      : child->signal != 0 ? COMMAND_DIED
						   : COMMAND_REFUSED;
	}
}

int
command_run(const struct command *command, struct command_result *result,
    struct err *err)
{
	const char *argv[COMMAND_ARGS_MAX + 2] = { "git" };
	struct child_result child = { 0 };
	char **env = make_env(command);
	struct child_options options = { .argv = argv,
		.env = (const char *const *)env,
		.cwd = command->git_dir,
		.input = command->input,
		.input_len = command->input_len,
		.deadline_ms = command->deadline_ms != 0 ? command->deadline_ms
							 : COMMAND_DEADLINE_MS,
		.grace_ms = GRACE_MS,
		.output_max =
		    command->output_max != 0 ? command->output_max : OUTPUT_MAX,
		.memory_max = MEMORY_MAX,
		.subreaper = true };
	size_t i;
	int rc;

	*result = (struct command_result){ .status = -1 };
	for (i = 0; i < COMMAND_ARGS_MAX && command->argv[i] != NULL; i++)
		argv[i + 1] = command->argv[i];
	rc = child_run(&options, &child, err);
	if (rc == 0) {
		take_end(result, &child, command->git_dir);
		result->out = child.out;
		child.out = (struct buf){ 0 };
		take_line(result->said, sizeof(result->said), &child.err);
	}
	child_result_clear(&child);
	environment_free(env);

	return rc;
}

static const struct {
	int code, number;
	const char *text;
} failures[] = {
	[COMMAND_REFUSED] = { EX_DATAERR, 0, "it refused" },
	[COMMAND_FAILED] = { EX_IOERR, 0, "it could not" },
	[COMMAND_TIMEOUT] = { EX_IOERR, ETIMEDOUT, "not done in time" },
	[COMMAND_ABSENT] = { EX_UNAVAILABLE, ENOENT, "there is no git" },
	[COMMAND_DIED] = { EX_IOERR, EINTR, "a signal ended it" },
};

int
command_must(const struct command *command, struct command_result *result,
    struct err *err)
{
	const char *why;

	if (command_run(command, result, err) == -1)
		return -1;
	if (result->end == COMMAND_DONE)
		return 0;
	why =
	    result->said[0] != '\0' ? result->said : failures[result->end].text;
	err_set(err, failures[result->end].code, "git %s: %s", command->argv[0],
	    why);
	err->number =
	    result->number != 0 ? result->number : failures[result->end].number;

	return -1;
}

void
command_result_clear(struct command_result *result)
{
	buf_clear(&result->out);
	*result = (struct command_result){ 0 };
}
