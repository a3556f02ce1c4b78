/*
 * child [-MRS] [-c CWD] [-d MS] [-e NAME=VALUE] [-g MS] [-i INPUT] [-m MAX]
 *     PROGRAM [ARG ...] - run one child, print its result, then what it wrote
 */
#include "proc/child.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
options_parse(struct child_options *options, int argc, char *argv[])
{
	static const char *env[2];
	int ch;

	while ((ch = getopt(argc, argv, "+MRSc:d:e:g:i:m:")) != -1)
		switch (ch) {
		case 'M':
			options->merge = true;
			break;
		case 'R':
			options->restrict_privileges = true;
			break;
		case 'S':
			options->subreaper = true;
			break;
		case 'c':
			options->cwd = optarg;
			break;
		case 'd':
			options->deadline_ms = atoi(optarg);
			break;
		case 'e':
			env[0] = optarg;
			options->env = env;
			break;
		case 'g':
			options->grace_ms = atoi(optarg);
			break;
		case 'i':
			options->input = optarg;
			options->input_len = strlen(optarg);
			break;
		case 'm':
			options->output_max = (size_t)atoi(optarg);
			break;
		default:
			return -1;
		}
	options->argv = (const char *const *)argv + optind;

	return optind < argc ? 0 : -1;
}

int
main(int argc, char *argv[])
{
	struct child_options options = { .deadline_ms = 5000,
		.grace_ms = 200,
		.output_max = 1 << 20 };
	struct child_result result;
	struct err err;

	if (options_parse(&options, argc, argv) == -1)
		return EX_USAGE;
	if (child_run(&options, &result, &err) == -1) {
		fprintf(stderr, "%s\n", err.text);
		return err.code;
	}
	printf("exit=%d signal=%d%s%s%s ms=%d\n", result.exit_code,
	    result.signal, result.timed_out ? " timed-out" : "",
	    result.out_cut ? " cut" : "",
	    result.not_started ? " not-started" : "", (int)result.ms);
	printf("out: %s\n", buf_text(&result.out));
	printf("err: %s\n", buf_text(&result.err));
	child_result_clear(&result);

	return 0;
}
