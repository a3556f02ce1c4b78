/*
 * fold_apply - what became of the applies
 *
 * After apply.committed and apply.rolled-back the repository is set to what
 * the next plan will find, so that the next cycle is quiet (E4).
 */
#ifndef MODEL_FOLD_APPLY_H
#define MODEL_FOLD_APPLY_H

#include "model/fold.h"

/* Take in apply.*, check.failed or rollback.blocked (`type` is without
 * "hermes."). False where it is none of them, or lacks its repository. */
bool fold_apply_event(struct fold *fold, const char *type,
    const struct fold_event *event);

#endif
