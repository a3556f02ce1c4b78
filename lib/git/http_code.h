/*
 * http_code - the reason code of what libcurl or an HTTP server said
 *
 * By numbers alone: what a server writes decides nothing and is not kept.
 */
#ifndef GIT_HTTP_CODE_H
#define GIT_HTTP_CODE_H

#include <curl/curl.h>
#include <stdbool.h>

/* Of a transfer that failed; static. */
const char *http_code_of_curl(CURL *easy, CURLcode result);

/* Of a status that is not 200; `asked`: a password was sent. Static. */
const char *http_code_of_status(long status, bool asked);

/* The milliseconds that a 429 or 503 asks for, a day at most; 0: none. */
long http_retry_after_ms(CURL *easy, long status);

#endif
