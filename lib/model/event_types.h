/*
 * event_types - every type of event that the ledger takes
 *
 * hermes-events(5) says who emits each and what its data holds. A name never
 * changes its meaning; a retired one stays retired (P5).
 */
#ifndef MODEL_EVENT_TYPES_H
#define MODEL_EVENT_TYPES_H

#include <stdbool.h>

/* The types with their "hermes.", sorted; NULL ends. */
extern const char *const event_types[];

bool event_type_known(const char *type);

#endif
