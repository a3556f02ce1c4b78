/*
 * ssh - git's smart protocol over the user's own ssh
 *
 * Keys, agents, jump hosts and ControlMaster are the user's business and
 * work as they do for git: GIT_SSH_COMMAND, GIT_SSH, core.sshCommand of the
 * user or the system, else ssh (git(1)). Batch mode and strict host keys are
 * added: it never prompts and never trusts a new host (B6). What it says on
 * stderr is read for its meaning (trouble.h) and not printed.
 */
#ifndef GIT_SSH_H
#define GIT_SSH_H

#include "base/err.h"

/* Take ssh:// and scp-like URLs from libgit2. `command` is core.sshCommand
 * of the user or the system, borrowed for good, or NULL. */
int ssh_register(const char *command, struct err *err);

#endif
