#include "plumbing/version.h"
#include "base/buf.h"
#include "plumbing/environment.h"
#include "proc/child.h"
#include <stdio.h>
#include <string.h>

#define DEADLINE_MS 10000

static int
ask(struct child_result *result, struct err *err)
{
	const char *argv[] = { "git", "version", NULL };
	char **env = environment_outside();
	struct child_options options = { .argv = argv,
		.env = (const char *const *)env,
		.cwd = "/",
		.deadline_ms = DEADLINE_MS,
		.grace_ms = 200,
		.output_max = 4096,
		.subreaper = true };
	int rc = child_run(&options, result, err);

	environment_free(env);

	return rc;
}

static bool
is_late_enough(const char *found)
{
	int least[3], have[3] = { 0 };
	size_t i;

	sscanf(VERSION_LEAST, "%d.%d.%d", &least[0], &least[1], &least[2]);
	if (sscanf(found, "%d.%d.%d", &have[0], &have[1], &have[2]) < 2)
		return false;
	for (i = 0; i < 3; i++)
		if (have[i] != least[i])
			return have[i] > least[i];

	return true;
}

int
version_find(char out[VERSION_SIZE], struct err *err)
{
	struct child_result result = { 0 };
	int rc = 0;

	out[0] = '\0';
	if (ask(&result, err) == -1)
		return -1;
	if (result.not_started || result.exit_code != 0 ||
	    sscanf(buf_text(&result.out), "git version %63s", out) != 1)
		rc = err_set(err, EX_UNAVAILABLE,
		    "git: not found, or it does not say its version");
	else if (!is_late_enough(out))
		rc = err_set(err, EX_UNAVAILABLE,
		    "git: version %s: expected " VERSION_LEAST " or later",
		    out);
	child_result_clear(&result);

	return rc;
}
