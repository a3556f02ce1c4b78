/*
 * access URL - what the user's configuration says of it, a setting a line;
 * "header" for each of http.extraHeader
 */
#include "git/access.h"
#include "base/err.h"
#include "git/rewrite.h"
#include <stdio.h>
#include <stdlib.h>

static const char *const names[ACCESS_COUNT] = {
	[ACCESS_PROXY] = "http.proxy",
	[ACCESS_SSL_VERIFY] = "http.sslVerify",
	[ACCESS_USER_AGENT] = "http.userAgent",
	[ACCESS_CA_FILE] = "http.sslCAInfo",
};

int
main(int argc, char *argv[])
{
	struct gitconfig user = { 0 };
	struct access access, again;
	struct url url;
	const char *why;
	char *text;
	size_t i;

	if (argc != 2 || url_parse(&url, argv[1], &why) == -1)
		return EX_USAGE;
	rewrite_user_config(&user, NULL);
	access_read(&access, &user, NULL, &url, NULL);
	text = access_text(&access);
	access_parse(&again, text);
	for (i = 0; i < ACCESS_COUNT; i++)
		if (names[i] && again.values[i])
			printf("%s %s\n", names[i], again.values[i]);
	for (i = 0; i < again.headers.count; i++)
		printf("header %s\n", again.headers.items[i]);
	free(text);
	access_clear(&access);
	access_clear(&again);
	gitconfig_clear(&user);
	url_clear(&url);

	return 0;
}
