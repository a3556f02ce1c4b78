/*
 * signature - what a commit or a tag signs, and with what
 *
 * Read from the object's own bytes, cut as git cuts them (git 2.39:
 * parse_buffer_signed_by_header(), parse_signature()); whether the signature
 * holds is for others to verify. Nothing is written.
 *
 *   G1  payload and signature are what `git verify-commit` or `git
 *       verify-tag` would hand its verifier, or the object is refused
 *   G2  a tag speaks of the commit that it names itself, by its own name
 */
#ifndef GIT_SIGNATURE_H
#define GIT_SIGNATURE_H

#include "base/buf.h"
#include "base/err.h"
#include "git/lib.h"
#include "model/signature.h"

#define SIGNATURE_OBJECT_MAX ((size_t)16 << 20)
#define SIGNATURE_MAX ((size_t)64 << 10)

enum signature_format {
	SIGNATURE_NONE,
	SIGNATURE_SSH,
	SIGNATURE_OPENPGP,
	SIGNATURE_X509,
	SIGNATURE_OTHER
};

/* "ssh" and so on; NULL for SIGNATURE_NONE. */
const char *signature_format_name(enum signature_format format);

struct signature {
	struct buf payload, text; /* owned */
	enum signature_format format;
	const char *fault; /* static; why it is malformed; or NULL */
};

/* Of the commit `oid` in `repo`: 0, or -1 where it cannot be read. */
int signature_of_commit(struct signature *signature, const char *repo,
    const char *oid, struct err *err);

/* Of the tag object `oid`, seen as refs/tags/`name`, that shall name
 * `commit` (G2). */
int signature_of_tag(struct signature *signature, const char *repo,
    const char *oid, const char *name, const char *commit, struct err *err);

/* Does `repo` hold the object? */
bool signature_holds(const char *repo, const char *oid);

void signature_clear(struct signature *signature);

#endif
