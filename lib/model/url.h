/*
 * url - where a repository is fetched from, decided before anything sees it
 *
 * Our own parser of the forms that git knows: a path, file://, git://,
 * http://, https://, ssh:// and scp-like [user@]host:path (B6). What it
 * refuses never reaches libgit2, libcurl or ssh, and the reason never holds
 * the value (P9):
 *
 *   U1  no password anywhere, no user but the plain one of ssh
 *   U2  no query, no fragment (but paths may hold "?" and "#")
 *   U3  no remote helper (ext::, name::), no scheme but the six above
 *   U4  host and user never empty, never option-like ("-..."), and of plain
 *       characters only; no control character anywhere, escaped or not
 *   U5  file:///x is the path /x, and a path has no "//", "/./" or "/" at its
 *       end: the same place has one spelling
 */
#ifndef MODEL_URL_H
#define MODEL_URL_H

#include "model/redact.h"
#include <stdbool.h>

/* A bit each, so that a policy holds a set of them. */
enum url_protocol {
	URL_FILE = 1, /* paths too */
	URL_GIT = 2,
	URL_HTTP = 4,
	URL_HTTPS = 8,
	URL_SSH = 16
};

struct url {
	enum url_protocol protocol;
	char *user; /* owned; ssh only, else NULL */
	char *host; /* owned; lower case, IPv6 without brackets; NULL: a path */
	int port;   /* 0: the protocol's own */
	char *path; /* owned; never empty; decoded for file, git and ssh */
	char
	    *text; /* owned; the one spelling: for libgit2, documents, hashes */
};

/*
 * Parse `text`. -1 where it is refused: `*why` is a borrowed reason without
 * the value ("holds a password"), and `url` is empty. A path may be relative:
 * to what is the caller's to know.
 */
int url_parse(struct url *url, const char *text, const char **why);
void url_clear(struct url *url);

/* The bit for "https", "ssh" and so on; 0 for any other word. */
unsigned url_protocol(const char *word);

/* The word for a bit. */
const char *url_protocol_name(enum url_protocol protocol);

/* The protocol's own port, 0 for file. */
int url_default_port(enum url_protocol protocol);

/* `path` with U5 applied. Owned by the caller. */
char *url_path_plain(const char *path);

#endif
