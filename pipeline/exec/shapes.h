/*
 * shapes - what a document must hold before any of it is obeyed
 *
 * The gate's seal says that nobody edited the document, not who wrote it. So
 * all that exec reads is looked at again, whole, before anything is begun:
 * what passes can be told in events that the ledger takes (P7), and names
 * nothing outside of where Hermes works.
 */
#ifndef EXEC_SHAPES_H
#define EXEC_SHAPES_H

#include "json/doc.h"

/* The members policy, fleet, probe, plan, lease and gate; no repository and no
 * token is in any of them twice. EX_DATAERR. */
int shapes_check(struct doc *doc, struct err *err);

#endif
