/*
 * check - what the fleet declares a healthy repository to be (X3)
 *
 * The only programs that Hermes ever runs on behalf of a repository: argv
 * arrays from the fleet document, never from the repository.
 */
#ifndef EXEC_CHECK_H
#define EXEC_CHECK_H

#include "apply.h"

enum check_result {
	CHECK_PASSED, /* all that are required */
	CHECK_FAILED, /* one that is required did not; apply->detail names it */
	CHECK_NOT_NOW /* one that is required exited 75 */
};

/* Is there any check `at` ("canary", "health")? */
bool check_any(const struct apply *apply, const char *at);

/* How many health checks are required. */
int64_t check_owed(const struct apply *apply);

/* Run them in written order in the folder `cwd`, until a required one does
 * not pass. Adds to apply->checks_run and says check.passed, check.failed. */
enum check_result check_run(struct apply *apply, const char *at,
    const char *cwd);

/* Of an apply whose process died: end what its checks left at work. */
void check_end_left(const struct apply *apply);

#endif
