/*
 * ssh - git's smart protocol over the user's own ssh
 *
 * Keys, agents, jump hosts and ControlMaster are the user's business and
 * work as they do for git: GIT_SSH_COMMAND, core.sshCommand, GIT_SSH, else
 * ssh (git(1)). Batch mode and strict host keys are
 * added: it never prompts and never trusts a new host (B6). What it says on
 * stderr is read for its meaning (trouble.h) and not printed.
 */
#ifndef GIT_SSH_H
#define GIT_SSH_H

#include "base/err.h"

/* Take ssh:// and scp-like URLs from libgit2; core.sshCommand is what
 * access_used() says. */
int ssh_register(struct err *err);

#endif
