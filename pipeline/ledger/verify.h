/*
 * verify - read the whole chain, from the first line to the head
 */
#ifndef VERIFY_H
#define VERIFY_H

#include "json/doc.h"
#include "store/state.h"

/* Make `doc` the verdict (hermes.ledger-verdict/1). EX_DATAERR where a line
 * or the head is damaged: there is no verdict then. */
int verify(struct doc *doc, const struct state *state, struct err *err);

#endif
