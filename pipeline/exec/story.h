/*
 * story - an apply as its journal tells it (store/journal.h)
 */
#ifndef EXEC_STORY_H
#define EXEC_STORY_H

#include "apply.h"

/* Write STATE/journals/TOKEN as the apply stands, with what it has said. */
int story_write(const struct apply *apply, bool done, struct err *err);

#endif
