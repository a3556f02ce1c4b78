/*
 * http_lines - the connections of this worker, kept from one repository to
 * the next, and the TLS sessions that outlive them
 */
#ifndef GIT_HTTP_LINES_H
#define GIT_HTTP_LINES_H

#include <curl/curl.h>

/* All of this process's; NULL: no memory. */
CURLM *http_lines(void);

/* A handle for one request, its sessions shared with the others'; or NULL. */
CURL *http_line_new(void);

#endif
