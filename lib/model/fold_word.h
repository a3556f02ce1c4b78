/*
 * fold_word - the operator's words: holds, cleared commits, retired
 * repositories (E8)
 */
#ifndef MODEL_FOLD_WORD_H
#define MODEL_FOLD_WORD_H

#include "model/fold.h"

/* Is it the operator's? (`type` is without "hermes.") */
bool fold_word_is(const char *type);

/* Take in one of them. False where it is none, or lacks its repository. */
bool fold_word_event(struct fold *fold, const char *type,
    const struct fold_event *event);

#endif
