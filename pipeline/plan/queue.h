/*
 * queue - the one order of all, and a lane and a turn for what is due (A1, A6)
 *
 *   Q1  places: by depth, recommendation, risk, repo_key
 *   Q2  a turn holds at most lane_count repositories, one to a lane
 *   Q3  what a repository needs or comes after is in an earlier turn
 *   Q4  along the queue (by place) turns never fall
 */
#ifndef PLAN_QUEUE_H
#define PLAN_QUEUE_H

#include "facts.h"

/* Fill places and place, lane_count, lane and turn, and the counts. */
void queue_fill(struct plan *plan);

#endif
