/*
 * word - what may be said by hand, and what each word needs
 *
 * A word is a type of hermes-events(5) without its "hermes.". One table says
 * which options each must and may have; its data has a member for each of
 * them, null where an option is left out.
 */
#ifndef WORD_H
#define WORD_H

#include "json/doc.h"
#include <limits.h>

struct word {
	const char *name;                 /* hold.set */
	const char *given[UCHAR_MAX + 1]; /* arguments, by option letter */
	const char *author;
};

/*
 * Add the word to doc's "events"; its "cycle" is set already. EX_USAGE where
 * the word is unknown, or an option is missing, not for it, or not valid.
 */
int word_add(struct doc *doc, const struct word *word, struct err *err);

#endif
