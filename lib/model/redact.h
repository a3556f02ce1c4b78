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

/* The caller's, never NULL. */
char *url_redacted(const char *text);

#endif
