/*
 * release - what this document was granted is given back (L8)
 */
#ifndef LEASE_RELEASE_H
#define LEASE_RELEASE_H

#include "base/err.h"
#include "json/doc.h"
#include "world.h"

/* The member that -r reads, checked. EX_DATAERR. */
int release_check(struct doc *doc, struct err *err);

/*
 * Release in world->table every grant of the document whose lease has its
 * token and is held by world->holder; set the document's "release". In a dry
 * run nothing is held.
 */
void release_add(struct doc *doc, struct world *world);

#endif
