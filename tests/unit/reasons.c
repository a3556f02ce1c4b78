/*
 * reasons - the table of reason codes, by rank: code kind advice person text
 */
#include "model/reason.h"
#include <stdio.h>

int
main(void)
{
	const struct reason *reason;
	size_t i;

	for (i = 0; (reason = reason_at(i)); i++) {
		if (reason_find(reason->code) != reason ||
		    reason_rank(reason) != (int)i)
			return 70;
		printf("%s\t%s\t%s\t%s\t%s\n", reason->code,
		    reason_kind_name(reason->kind),
		    reason_advice_name(reason->advice),
		    reason->person ? "person" : "-", reason->text);
	}

	return 0;
}
