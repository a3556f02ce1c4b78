#include "check.h"
#include "base/alloc.h"
#include "folder.h"
#include "json/jw.h"
#include "model/redact.h"
#include "proc/child.h"
#include "proc/left.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define OUTPUT_MAX 65536
#define GRACE_MS 2000

struct check {
	const struct json *from;
	const char *at, *need;
	size_t number;
	const char *verdict;
	char *output; /* owned; in STATE, or NULL */
	struct child_result result;
};

static bool
is_at(const struct json *check, const char *at)
{
	const char *text = json_get_text(check, "at");

	return text != NULL && strcmp(text, at) == 0;
}

bool
check_any(const struct apply *apply, const char *at)
{
	const struct json *check;

	for (check = json_first(apply->checks); check != NULL;
	     check = json_next(check))
		if (is_at(check, at))
			return true;

	return false;
}

static bool
is_required(const struct json *check)
{
	const char *need = json_get_text(check, "need");

	return need == NULL || strcmp(need, "required") == 0;
}

int64_t
check_owed(const struct apply *apply)
{
	const struct json *check;
	int64_t count = 0;

	for (check = json_first(apply->checks); check != NULL;
	     check = json_next(check))
		if (is_at(check, "health") && is_required(check))
			count++;

	return count;
}

/* Of our environment PATH and HOME, and what the check is about. */
static const char **
make_env(const struct apply *apply)
{
	const char *names[] = { "HERMES_REPO", "HERMES_BEFORE", "HERMES_AFTER",
		"HERMES_CYCLE" };
	const char *values[] = { apply->repo_key, apply->before, apply->after,
		apply->cycle };
	const char *path = getenv("PATH"), *home = getenv("HOME");
	const char **env = xcalloc(7, sizeof(*env));
	size_t i, count = 0;

	env[count++] = xasprintf("PATH=%s",
	    path != NULL ? path : "/usr/local/bin:/usr/bin:/bin");
	if (home != NULL)
		env[count++] = xasprintf("HOME=%s", home);
	for (i = 0; i < 4; i++)
		env[count++] = xasprintf("%s=%s", names[i], values[i]);

	return env;
}

static void
free_env(const char **env)
{
	size_t i;

	for (i = 0; env[i] != NULL; i++)
		free((void *)env[i]);
	free(env);
}

static const char **
make_argv(const struct json *list)
{
	const char **argv = xcalloc(json_count(list) + 1, sizeof(*argv));
	const struct json *word;
	size_t count = 0;

	for (word = json_first(list); word != NULL; word = json_next(word))
		argv[count++] = json_text(word);

	return argv;
}

static const char *
verdict_of(const struct child_result *result)
{
	if (result->timed_out)
		return "timeout";
	if (result->exit_code == 0)
		return "passed";

	return result->exit_code == EX_TEMPFAIL ? "not-now" : "failed";
}

/* How much of what was cut can be shown: the last word may be a URL that has
 * lost the "@" by which its password, behind a ":", is known for one. */
static size_t
cut_len(const struct buf *out)
{
	size_t word = out->len;
	const char *colon;

	while (word > 0 && (unsigned char)out->data[word - 1] > ' ')
		word--;
	colon = memchr(buf_text(out) + word, ':', out->len - word);

	return colon != NULL ? (size_t)(colon - buf_text(out)) : out->len;
}

/* STATE/cycles/ID/TOKEN-check-N.out, redacted (P9); what cannot be kept is
 * not. */
static void
keep_output(struct apply *apply, struct check *check)
{
	char *folder = xasprintf("cycles/%s", apply->cycle);
	char *name = xasprintf("%s/%s-check-%zu.out", folder, apply->name,
	    check->number);
	const struct buf *out = &check->result.out;
	struct buf text = { 0 };
	struct err err;

	redact_bytes(&text, buf_text(out),
	    check->result.out_cut ? cut_len(out) : out->len);
	if (text.len > 0 &&
	    (mkdirat(apply->state->fd, "cycles", 0700) == 0 ||
		errno == EEXIST) &&
	    (mkdirat(apply->state->fd, folder, 0700) == 0 || errno == EEXIST) &&
	    folder_write(apply->state->fd, name, text.data, text.len, &err) ==
		0)
		check->output = xstrdup(name);
	buf_clear(&text);
	free(folder);
	free(name);
}

static void
note(struct apply *apply, const struct check *check)
{
	const struct child_result *result = &check->result;
	struct jw jw;

	jw_init(&jw, &apply->checks_run);
	jw_object(&jw, NULL);
	jw_value(&jw, "argv", json_get(check->from, "argv"));
	jw_text(&jw, "at", check->at);
	jw_text(&jw, "need", check->need);
	jw_text(&jw, "verdict", check->verdict);
	if (result->exit_code >= 0 && !result->timed_out)
		jw_int(&jw, "exit_code", result->exit_code);
	else
		jw_null(&jw, "exit_code");
	if (result->signal != 0)
		jw_int(&jw, "signal", result->signal);
	else
		jw_null(&jw, "signal");
	jw_int(&jw, "ms", result->ms);
	jw_text(&jw, "output", check->output);
	jw_end(&jw);
	buf_putc(&apply->checks_run, ',');
}

static void
say(struct apply *apply, const struct check *check)
{
	bool passed = strcmp(check->verdict, "passed") == 0;
	const struct child_result *result = &check->result;
	char *more = xasprintf("%s:%zu", apply->name, check->number);
	struct buf data = { 0 };
	struct jw jw;

	jw_init(&jw, &data);
	jw_object(&jw, NULL);
	jw_int(&jw, "token", apply->token);
	jw_value(&jw, "argv", json_get(check->from, "argv"));
	jw_text(&jw, "at", check->at);
	jw_text(&jw, "need", check->need);
	if (result->exit_code >= 0)
		jw_int(&jw, "exit_code", result->exit_code);
	else
		jw_null(&jw, "exit_code");
	if (result->signal != 0)
		jw_int(&jw, "signal", result->signal);
	else
		jw_null(&jw, "signal");
	jw_bool(&jw, "timed_out", result->timed_out);
	jw_end(&jw);
	apply_say(apply, passed ? "check.passed" : "check.failed", more, &data);
	buf_clear(&data);
	free(more);
}

static void
describe(struct apply *apply, const struct check *check)
{
	const char *program =
	    json_text(json_first(json_get(check->from, "argv")));

	snprintf(apply->detail, sizeof(apply->detail), "check %zu (%s): %s",
	    check->number, program != NULL ? program : "", check->verdict);
}

static void
run_one(struct apply *apply, struct check *check, const char *cwd)
{
	const char **argv = make_argv(json_get(check->from, "argv"));
	const char **env = make_env(apply);
	struct child_options options = {
		.argv = argv,
		.env = env,
		.cwd = cwd,
		.deadline_ms =
		    json_get_int(check->from, "timeout_s", 300) * 1000,
		.grace_ms = GRACE_MS,
		.output_max = OUTPUT_MAX,
		.merge = true,
		.subreaper = true,
		.restrict_privileges = true,
	};
	struct err err;

	if (child_run(&options, &check->result, &err) == -1) {
		check->result.exit_code = -1;
		check->verdict = "failed";
	} else {
		check->verdict = verdict_of(&check->result);
	}
	keep_output(apply, check);
	free(argv);
	free_env(env);
}

enum check_result
check_run(struct apply *apply, const char *at, const char *cwd)
{
	enum check_result all = CHECK_PASSED;
	const struct json *from;
	size_t number = 0;

	for (from = json_first(apply->checks);
	     from != NULL && all == CHECK_PASSED; from = json_next(from)) {
		struct check check = { .from = from, .at = at };

		check.number = ++number;
		check.need = json_get_text(from, "need");
		if (!is_at(from, at))
			continue;
		run_one(apply, &check, cwd);
		note(apply, &check);
		say(apply, &check);
		if (strcmp(check.verdict, "passed") != 0 && is_required(from)) {
			describe(apply, &check);
			all = strcmp(check.verdict, "not-now") == 0
				  ? CHECK_NOT_NOW
				  : CHECK_FAILED;
		}
		child_result_clear(&check.result);
		free(check.output);
	}

	return all;
}

void
check_end_left(const struct apply *apply)
{
	char *cycle = xasprintf("HERMES_CYCLE=%s", apply->cycle);
	char *key = xasprintf("HERMES_REPO=%s", apply->repo_key);
	const char *entries[] = { cycle, key, NULL };

	left_kill(entries);
	free(cycle);
	free(key);
}
