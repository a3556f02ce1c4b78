/*
 * dot - the topology as a graph that graphviz draws
 */
#ifndef SHOW_DOT_H
#define SHOW_DOT_H

#include "base/buf.h"
#include "base/err.h"
#include "json/doc.h"

/*
 * Append the graph of a cycle document's "topo", or of a view that has "nodes"
 * and "edges" at its top, in their order. Every text is quoted, so that none
 * is read as DOT, as one of its escapes or as an entity. EX_DATAERR where
 * there is no topology.
 */
int dot_write(struct doc *doc, struct buf *out, struct err *err);

#endif
