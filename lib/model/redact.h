/*
 * redact - what may be shown, stored and hashed of any text (P9)
 *
 * Be it a URL or what another tool said: in every URL within it users and
 * passwords are cut out (but the plain user of ssh stays), queries and
 * fragments cut off, the password of user:password@host:path becomes "***",
 * and control characters become spaces.
 */
#ifndef MODEL_REDACT_H
#define MODEL_REDACT_H

#include "base/buf.h"
#include <stddef.h>

/* The caller's, never NULL. */
char *url_redacted(const char *text);

/* The same, and UTF-8 whatever it was: for a name that may be a URL. */
char *name_redacted(const char *text);

/* Add what a program printed to `out`: the same of its words, and every byte
 * between them as it is. */
void redact_bytes(struct buf *out, const char *bytes, size_t len);

#endif
