/*
 * summary - the fleet in a few numbers
 *
 * No cycle's id and no instant: what repeats leaves the same numbers.
 */
#ifndef PROJECT_SUMMARY_H
#define PROJECT_SUMMARY_H

#include "json/jw.h"
#include "model/fold.h"

/* The members of auto_safe_upgrade_summary.json, into its open object. */
void summary_write(const struct fold *fold, struct jw *jw);

#endif
