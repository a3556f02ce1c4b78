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

/* Make a repository of ours at `name` in the apply's folder, with the
 * checkout's objects as an alternate and no settings. Its path, the caller's;
 * NULL. */
char *bytes_scratch(const struct apply *apply, const char *name,
    struct err *err);

/* git could not: -1 with the verdict that its failure means. */
int bytes_fail(struct apply *apply, const struct err *err);

#endif
