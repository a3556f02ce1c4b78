/*
 * lane - one process per repository in hand (X7)
 *
 *   L1  a repository begins once all that it depends on, of those in hand,
 *       has been applied; a prerequisite that was not blocks it by name
 *   L2  HUP, INT or TERM: what is in hand is finished, nothing is begun
 *   L3  a process that dies costs its own repository: `interrupted`, its
 *       journal stays open for hermes-exec -R
 *   L4  of those that go back one begins once all in hand that depend on it
 *       have gone back
 *   L5  nothing that a lane's checks began outlives lane_run, even where one
 *       killed its lane
 */
#ifndef EXEC_LANE_H
#define EXEC_LANE_H

#include "accept.h"
#include <stdio.h>

/*
 * Run all jobs, lane_count at once at most; adds "exec" and events to the
 * document. Progress is told to `watched`, which may be NULL. EX_TEMPFAIL where
 * a signal ended it early: what was done is in the journals.
 */
int lane_run(struct jobs *jobs, struct doc *doc, FILE *watched,
    struct err *err);

/* The same document without doing anything: every job refused as dry-run. */
int lane_refuse(struct jobs *jobs, struct doc *doc, struct err *err);

#endif
