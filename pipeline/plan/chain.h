/*
 * chain - from every repository to the root cause of its recommendation (A2)
 *
 * A chain is as long as dependencies are deep, and every repository has one:
 * of more than CHAIN_SHOWN steps the middle is left out, the root never.
 */
#ifndef PLAN_CHAIN_H
#define PLAN_CHAIN_H

#include "facts.h"
#include "json/jw.h"

#define CHAIN_SHOWN 8

/* Fill root, hop_count and text of every repository, once decided. */
void chain_follow(struct plan *plan);

/* The chain as an array: {repo_key, subject, code, text}. */
void chain_write(const struct plan *plan, const struct plan_repo *repo,
    const char *name, struct jw *jw);

#endif
