/*
 * doc - the document that flows through the filters
 *
 * One JSON object. It is validated once, when read, and kept as its top-level
 * members' own bytes: a member is parsed only when a stage asks for it, and
 * what a stage does not touch leaves as it came, byte for byte (P2, P7).
 *
 *   D1  a stage adds the one member named after it
 *   D2  a stage that finds its own member replaces it and drops what later
 *       stages added, their events included
 *   D3  unknown members stay, in their place
 */
#ifndef JSON_DOC_H
#define JSON_DOC_H

#include "base/buf.h"
#include "base/err.h"
#include "json/value.h"
#include <stdio.h>

#define DOC_SIZE_MAX (256u << 20)

struct doc_member {
	char *name;       /* owned, unescaped */
	const char *text; /* the value's bytes; in `bytes` or in `own` */
	size_t len;
	struct buf own;     /* owned; empty while the bytes are as read */
	struct json *value; /* owned; NULL until asked for */
};

struct doc {
	char *place; /* owned; "stdin" */
	struct buf bytes;
	struct doc_member *members; /* owned */
	size_t count, cap;
};

/*
 * Read a whole document. Empty input: `stdin: empty: did the stage before
 * fail?` (P4); of a file, `PLACE: empty`. Errors: EX_DATAERR, EX_IOERR.
 */
int doc_read(struct doc *doc, FILE *in, const char *place, struct err *err);

/* A new document with "schema" alone. */
void doc_new(struct doc *doc, const char *schema);

/* The member's value, parsed; NULL where there is none. Borrowed. */
const struct json *doc_get(struct doc *doc, const char *name);

/* As doc_get(); absent or not an object: EX_DATAERR, `stdin: plan: missing:
 * run hermes-plan first`. */
const struct json *doc_need(struct doc *doc, const char *name, struct err *err);

/* The member's own bytes; NULL where there is none. Borrowed. */
const char *doc_raw(const struct doc *doc, const char *name, size_t *len);

/* Set a member to the JSON text in `text`, which is emptied. Replaces in
 * place, else appends. Values got before from this member are gone. */
void doc_put(struct doc *doc, const char *name, struct buf *text);

void doc_remove(struct doc *doc, const char *name);

/*
 * A stage begins: where the document holds `stage` already, drop it, the
 * members of the stages after it, and the events of all of them (D2). The
 * order of stages: probe plan lease topo gate ledger exec release project.
 */
int doc_begin(struct doc *doc, const char *stage, struct err *err);

/* Append one element to the array `name`, made where absent. `text` is
 * emptied. */
void doc_append(struct doc *doc, const char *name, struct buf *text);

/* Check "schema"; EX_DATAERR where it is missing or another. */
int doc_is(struct doc *doc, const char *schema, struct err *err);

/* Write, flush and check: EX_IOERR. What no stage could read is not written:
 * EX_DATAERR. */
int doc_write(const struct doc *doc, FILE *out, struct err *err);

/* The bytes that doc_write() would write. */
void doc_bytes(const struct doc *doc, struct buf *out);

void doc_clear(struct doc *doc);

#endif
