/*
 * parts - the members of a cycle document, as the stages behind the plan
 * read them
 *
 * One table says what lease, topo and gate may ask for without fear. What
 * they cannot work without must be there; what they judge (facts, verdicts)
 * may be null or absent, but never of another type.
 */
#ifndef MODEL_PARTS_H
#define MODEL_PARTS_H

#include "base/err.h"
#include "base/map.h"
#include "json/doc.h"

/*
 * Check the schema (hermes.cycle/1) and the members in `names`, NULL ends:
 * cycle policy fleet memory probe plan lease topo. EX_DATAERR.
 */
int parts_check(struct doc *doc, const char *const *names, struct err *err);

/* The rows of an array by their repo_key: json of the row, borrowed. */
void parts_index(struct map *map, const struct json *rows);

/* `list` of member `name`: doc.name.list, which parts_check() has passed. */
const struct json *parts_list(struct doc *doc, const char *name,
    const char *list);

#endif
