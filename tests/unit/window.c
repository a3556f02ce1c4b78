/*
 * window NOW OFFSET_S [-c AT OFFSET_S]... [-a|-d WINDOW]... - in a zone of
 * that offset and those changes: "open", "opens INSTANT" or "never"
 */
#include "model/window.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WINDOWS 16

static int
add(struct window *windows, size_t *count, bool deny, const char *text,
    const struct window_zone *zone)
{
	struct window *window = &windows[(*count)++];

	window->deny = deny;
	window->zone = zone;

	return window_parse(text, window);
}

int
main(int argc, char *argv[])
{
	struct window windows[WINDOWS] = { 0 };
	struct window_zone zone = { 0 };
	char text[INSTANT_SIZE];
	size_t count = 0;
	instant now, opens_at;
	int i;

	if (argc < 3 || instant_parse(argv[1], &now) == -1)
		return 64;
	zone.offset_s = atoi(argv[2]);
	for (i = 3; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "-c") && zone.change_count < 2) {
			instant_parse(argv[i + 1],
			    &zone.changes[zone.change_count].at);
			zone.changes[zone.change_count++].offset_s =
			    atoi(argv[++i + 1]);
		} else if (count == WINDOWS ||
			   add(windows, &count, !strcmp(argv[i], "-d"),
			       argv[i + 1], &zone) == -1)
			return 65;
	}
	if (window_open(windows, count, now))
		puts("open");
	else if (window_next(windows, count, now, &opens_at) == -1)
		puts("never");
	else if (instant_format(opens_at, text) == 0)
		printf("opens %s\n", text);

	return 0;
}
