/*
 * instant - each argument read as an instant, in ms and written again
 */
#include "base/instant.h"
#include <inttypes.h>
#include <stdio.h>

int
main(int argc, char *argv[])
{
	char text[INSTANT_SIZE];
	instant at;
	int i;

	for (i = 1; i < argc; i++) {
		if (instant_parse(argv[i], &at) == -1) {
			printf("%s refused\n", argv[i]);
			continue;
		}
		instant_format(at, text);
		printf("%" PRId64 " %s\n", at, text);
	}
	return 0;
}
