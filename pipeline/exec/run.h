/*
 * run - one apply from end to end
 */
#ifndef EXEC_RUN_H
#define EXEC_RUN_H

#include "apply.h"

/* Prepare, canary, swap, health, and back where that fails. The verdict, the
 * checks and the events are in `apply` afterwards. */
void run_apply(struct apply *apply);

/* The repository's element of exec.repos. */
void run_result(const struct apply *apply, struct buf *out);

#endif
