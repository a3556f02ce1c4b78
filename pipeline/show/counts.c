#include "counts.h"
#include "base/alloc.h"
#include "base/map.h"
#include "table.h"
#include <stdlib.h>
#include <string.h>

struct tally {
	const char *word; /* borrowed */
	size_t rank, count;
};

/* Words in the order in which they are of interest. */
static size_t
rank_of(const char *word)
{
	static const char *const words[] = { "applied", "rolled-back",
		"rollback-blocked", "failed", "refused", "no-go", "interrupted",
		"recovered", "blocked", "upgrade", "canary", "defer", "block",
		"none" };
	size_t i;

	for (i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i], word) == 0)
			break;
	return i;
}

static int
by_rank(const void *a, const void *b)
{
	const struct tally *x = *(struct tally *const *)a;
	const struct tally *y = *(struct tally *const *)b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return strcmp(x->word, y->word);
}

/* The tallies, one for each word, sorted. */
static struct tally **
count(const struct rows *rows, size_t *tally_count)
{
	struct tally **tallies = NULL, *tally;
	struct map by_word = { 0 };
	size_t i, n = 0, cap = 0;
	const char *word;

	for (i = 0; i < rows->count; i++) {
		word = rows->list[i]->verdict;
		word = word != NULL ? word : "-";
		tally = map_get(&by_word, word);
		if (tally == NULL) {
			tally = xcalloc(1, sizeof *tally);
			*tally = (struct tally){ word, rank_of(word), 0 };
			map_put(&by_word, word, tally);
			tallies =
			    xgrow(tallies, n, &cap, sizeof(struct tally *));
			tallies[n++] = tally;
		}
		tally->count++;
	}
	map_clear(&by_word);
	if (n > 1)
		qsort(tallies, n, sizeof(struct tally *), by_rank);
	*tally_count = n;
	return tallies;
}

void
counts_write(const struct rows *rows, bool utf8, struct buf *out)
{
	size_t i, n;
	struct tally **tallies = count(rows, &n);
	const char *before = ": ";

	buf_printf(out, "%zu repositor%s", rows->count,
	    rows->count == 1 ? "y" : "ies");
	for (i = 0; i < n; i++) {
		if (strcmp(tallies[i]->word, "-") != 0) {
			buf_printf(out, "%s%zu ", before, tallies[i]->count);
			table_text(out, tallies[i]->word, utf8);
			before = ", ";
		}
		free(tallies[i]);
	}
	buf_putc(out, '\n');
	free(tallies);
}
