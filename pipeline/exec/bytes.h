/*
 * bytes - the repository beside the checkout in which git is asked (W2)
 *
 * GIT DIR/hermes/TOKEN/git, made when it is first needed, gone with the
 * apply's folder.
 */
#ifndef EXEC_BYTES_H
#define EXEC_BYTES_H

#include "apply.h"

/* Open apply->content, if it is not. -1 with a verdict. */
int bytes_open(struct apply *apply);

/* A path in the apply's folder; the caller's. */
char *bytes_path(const struct apply *apply, const char *name);

/* git could not: -1 with the verdict that its failure means. */
int bytes_fail(struct apply *apply, const struct err *err);

#endif
