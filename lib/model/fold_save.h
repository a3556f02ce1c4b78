/*
 * fold_save - the whole fold as JSON, and back (E5)
 *
 * fold_restore() of what fold_save() wrote is the same fold: what it writes
 * from then on is the same bytes. It is for the checkpoint alone, so it does
 * not look for faults: the checkpoint carries a digest of its bytes. A change
 * of what fold means raises FOLD_SAVE_VERSION, and old checkpoints are
 * forgotten.
 */
#ifndef MODEL_FOLD_SAVE_H
#define MODEL_FOLD_SAVE_H

#include "json/jw.h"
#include "json/value.h"
#include "model/fold.h"

#define FOLD_SAVE_VERSION 5

/* Write the object, without the head's seq and hash: the caller's. */
void fold_save(struct fold *fold, const char *name, struct jw *jw);

/* Into a fold that fold_init() made. */
void fold_restore(struct fold *fold, const struct json *object);

#endif
