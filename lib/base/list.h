/*
 * list - strings, owned
 *
 * All zero is an empty list.
 */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stddef.h>

struct list {
	char **items; /* owned, each owned */
	size_t count;
	size_t cap;
};

void list_add(struct list *list, const char *text);

/* By strcmp(); of equal ones the first stays. */
void list_sort(struct list *list);

void list_clear(struct list *list);

#endif
