/*
 * live - what a person or jq looks at
 */
#ifndef PROJECT_LIVE_H
#define PROJECT_LIVE_H

#include "json/jw.h"
#include "model/fold.h"
#include <stdbool.h>

/* Does how it stands pass only when a person acts? */
bool live_needs_person(const struct fold_repo *repo);

/* The members of live_runtime_control_plane.json, into its open object. */
void live_write(const struct fold *fold, struct jw *jw);

#endif
