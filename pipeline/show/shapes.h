/*
 * shapes - what hermes-show reads of a document, checked
 */
#ifndef SHOW_SHAPES_H
#define SHOW_SHAPES_H

#include "base/err.h"
#include "json/doc.h"
#include <stdbool.h>

/* The members of a cycle document; what is absent is fine. EX_DATAERR. */
int shapes_check(struct doc *doc, struct err *err);

/* A fleet or a view: "repos" at the top. */
int shapes_check_repos(struct doc *doc, bool is_fleet, struct err *err);

#endif
