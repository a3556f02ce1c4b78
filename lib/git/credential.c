#include "git/credential.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "git/environment.h"
#include "git/patience.h"
#include "proc/child.h"
#include <stdlib.h>
#include <string.h>

static char *
line_value(const struct buf *lines, const char *name)
{
	const char *line = buf_text(lines);
	size_t len = strlen(name);

	for (;;) {
		const char *end = strchrnul(line, '\n');

		if (strncmp(line, name, len) == 0 && line[len] == '=')
			return xstrndup(line + len + 1,
			    (size_t)(end - line) - len - 1);
		if (*end == '\0')
			return NULL;
		line = end + 1;
	}
}

bool
credential_fill(struct credential *credential, const char *protocol,
    const char *host, const char *path)
{
	const char *argv[] = { "git", "credential", "fill", NULL };
	char *input = xasprintf("protocol=%s\nhost=%s\npath=%s\n\n", protocol,
	    host, path);
	char **env = environment_outside();
	struct child_options options = { .argv = argv,
		.env = (const char *const *)env,
		.cwd = "/",
		.input = input,
		.input_len = strlen(input),
		.deadline_ms = patience_left_ms(10000) + 1,
		.grace_ms = 200,
		.output_max = 16384,
		.subreaper = true };
	struct child_result result = { 0 };
	struct err err;

	*credential = (struct credential){ 0 };
	if (child_run(&options, &result, &err) == 0 && result.exit_code == 0) {
		credential->user = line_value(&result.out, "username");
		credential->password = line_value(&result.out, "password");
	}
	if (result.out.data != NULL)
		explicit_bzero(result.out.data, result.out.cap);
	child_result_clear(&result);
	environment_free(env);
	free(input);
	if (credential->user != NULL && credential->password != NULL)
		return true;
	credential_clear(credential);
	return false;
}

void
credential_clear(struct credential *credential)
{
	if (credential->password != NULL)
		explicit_bzero(credential->password,
		    strlen(credential->password));
	free(credential->user);
	free(credential->password);
	*credential = (struct credential){ 0 };
}
