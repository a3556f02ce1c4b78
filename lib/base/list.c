#include "base/list.h"
#include "base/alloc.h"
#include <stdlib.h>
#include <string.h>

void
list_add(struct list *list, const char *text)
{
	list->items =
	    xgrow(list->items, list->count, &list->cap, sizeof(*list->items));
	list->items[list->count++] = xstrdup(text);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
list_sort(struct list *list)
{
	size_t i, kept = 0;

	if (list->count == 0)
		return;
	qsort(list->items, list->count, sizeof(*list->items), by_text);
	for (i = 1; i < list->count; i++)
		if (strcmp(list->items[i], list->items[kept]) == 0)
			free(list->items[i]);
		else
			list->items[++kept] = list->items[i];
	list->count = kept + 1;
}

void
list_clear(struct list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct list){ 0 };
}
