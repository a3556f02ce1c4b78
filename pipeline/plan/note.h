/*
 * note - put a code on a repository, with what it says there
 *
 * The code of lowest rank leads and its text is the repository's own; the
 * strongest advice of all counts. No code is there twice.
 */
#ifndef PLAN_NOTE_H
#define PLAN_NOTE_H

#include "facts.h"

void note(struct plan_repo *repo, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* News beside it: listed, but it neither leads nor advises. The probe found a
 * code that matters to be the leading one. */
void note_fact(struct plan_repo *repo, const char *code);

#endif
