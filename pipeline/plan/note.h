/*
 * note - put a code on a repository, with what it says there
 *
 * The code of lowest rank leads and its text is the repository's own; a code
 * that is there already is not noted again.
 */
#ifndef PLAN_NOTE_H
#define PLAN_NOTE_H

#include "facts.h"

void note(struct plan_repo *repo, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The code without a text of its own: the table's. Never leads. */
void note_fact(struct plan_repo *repo, const char *code);

#endif
