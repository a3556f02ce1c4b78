/*
 * shapes - what the planner reads of a document, as tables
 *
 * Everything that it asks for later has the type that it expects; every code,
 * oid, instant and window has been read once. EX_DATAERR names the path.
 */
#ifndef PLAN_SHAPES_H
#define PLAN_SHAPES_H

#include "base/err.h"
#include "json/doc.h"

int shapes_check(struct doc *doc, struct err *err);

#endif
