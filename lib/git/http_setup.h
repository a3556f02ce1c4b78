/*
 * http_setup - what access.h says of a URL, told to libcurl
 */
#ifndef GIT_HTTP_SETUP_H
#define GIT_HTTP_SETUP_H

#include "git/access.h"
#include <curl/curl.h>

/* Proxy, TLS, cookies, version and User-Agent. `access` is borrowed as long
 * as the handle lives. */
void http_setup(CURL *easy, const struct access *access);

/* `list` with http.extraHeader behind it; the caller's. */
struct curl_slist *http_headers(struct curl_slist *list,
    const struct access *access);

#endif
