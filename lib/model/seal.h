/*
 * seal - one hash over the document that the gate let pass (G3)
 *
 * SHA-256 over the canonical bytes of the whole document, without `gate.seal`
 * and without the top-level `ledger` (acknowledgements come after the gate).
 * `jq .` is no edit; everything else is. It detects, it does not
 * authenticate. By hand, for a document of plain names and texts:
 *
 *   jq -cjS 'del(.gate.seal,.ledger)' | sha256sum
 */
#ifndef MODEL_SEAL_H
#define MODEL_SEAL_H

#include "base/hash.h"
#include "json/doc.h"

/* The seal of `doc` as it stands, whatever gate.seal says. */
void seal_of(struct doc *doc, char out[HASH_NAMED_SIZE]);

/*
 * EX_DATAERR where the document has no gate or no gate.seal, or where
 * gate.seal is not the seal of the document as it stands.
 */
int seal_check(struct doc *doc, struct err *err);

#endif
