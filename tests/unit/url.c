/*
 * url [-r] - for each line of stdin what url_parse() makes of it:
 * `protocol user host port path text`, or `refused: why`; -r: redacted
 */
#include "model/url.h"
#include "base/alloc.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *
or_dash(const char *text)
{
	return text == NULL ? "-" : text;
}

static void
show(const char *line)
{
	struct url url;
	const char *why;

	if (url_parse(&url, line, &why) == -1) {
		printf("refused: %s\n", why);
		return;
	}
	printf("%s %s %s %d %s %s\n", url_protocol_name(url.protocol),
	    or_dash(url.user), or_dash(url.host), url.port, url.path, url.text);
	url_clear(&url);
}

int
main(int argc, char *argv[])
{
	char *line = NULL, *text;
	size_t cap = 0;
	ssize_t len;

	while ((len = getline(&line, &cap, stdin)) > 0) {
		line[len - 1] = '\0';
		if (argc > 1 && strcmp(argv[1], "-r") == 0) {
			text = url_redacted(line);
			puts(text);
			free(text);
		} else {
			show(line);
		}
	}
	free(line);

	return 0;
}
