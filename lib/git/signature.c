#include "git/signature.h"
#include "base/alloc.h"
#include "git/lg.h"
#include <stdlib.h>
#include <string.h>

/* What a signature begins with, as gpg-interface.c has it. */
static const struct {
	const char *begin;
	enum signature_format format;
} begins[] = {
	{ "-----BEGIN PGP SIGNATURE-----", SIGNATURE_OPENPGP },
	{ "-----BEGIN PGP MESSAGE-----", SIGNATURE_OTHER },
	{ "-----BEGIN SIGNED MESSAGE-----", SIGNATURE_X509 },
	{ "-----BEGIN SSH SIGNATURE-----", SIGNATURE_SSH },
};

const char *
signature_format_name(enum signature_format format)
{
	static const char *const names[] = { NULL, "ssh", "openpgp", "x509",
		"other" };

	return names[format];
}

static bool
starts(const char *at, const char *end, const char *with)
{
	size_t len = strlen(with);

	return (size_t)(end - at) >= len && memcmp(at, with, len) == 0;
}

static enum signature_format
format_at(const char *at, const char *end)
{
	size_t i;

	for (i = 0; i < sizeof(begins) / sizeof(*begins); i++)
		if (starts(at, end, begins[i].begin))
			return begins[i].format;

	return SIGNATURE_NONE;
}

static const char *
line_end(const char *at, const char *end)
{
	const char *newline = memchr(at, '\n', (size_t)(end - at));

	return newline ? newline + 1 : end;
}

/* Copy what is signed, and the gpgsig header's value into the signature;
 * returns how many such headers there were. Any header that begins so is
 * not part of what is signed, nor is what continues it. */
static size_t
cut_header(struct signature *signature, const char *at, const char *end)
{
	const char *next;
	bool inside = false, other = false;
	size_t count = 0;

	for (; at < end; at = next) {
		next = line_end(at, end);
		if (inside && *at == ' ') {
			buf_add(&signature->text, at + 1,
			    (size_t)(next - at - 1));
			continue;
		}
		inside = starts(at, end, "gpgsig ");
		if (inside) {
			buf_add(&signature->text, at + 7,
			    (size_t)(next - at - 7));
			other = false;
			count++;
			continue;
		}
		if (starts(at, end, "gpgsig"))
			other = true;
		else if (*at != ' ')
			other = false;
		if (*at == '\n') /* the message, to its end */
			next = end;
		if (!other)
			buf_add(&signature->payload, at, (size_t)(next - at));
	}

	return count;
}

static void
judge(struct signature *signature)
{
	const char *at = buf_text(&signature->text);
	const char *end = at + signature->text.len;

	signature->format = format_at(at, end);
	if (signature->format == SIGNATURE_NONE)
		signature->format = SIGNATURE_OTHER;
	if (signature->text.len > SIGNATURE_MAX)
		signature->fault = "it is longer than 64 KiB";
	else if (memchr(at, '\0', signature->text.len))
		signature->fault = "it holds a NUL";
}

static void
cut_commit(struct signature *signature, const char *at, const char *end)
{
	size_t count = cut_header(signature, at, end);

	if (count == 0)
		return;
	judge(signature);
	if (count > 1)
		signature->fault = "the commit has more than one";
}

/* The last line that begins one: what is before it is signed. */
static const char *
trailer(const char *at, const char *end)
{
	const char *last = end;

	for (; at < end; at = line_end(at, end))
		if (format_at(at, end) != SIGNATURE_NONE)
			last = at;

	return last;
}

/* G2. The three lines that git writes first, and no others there. */
static const char *
tag_fault(const char *at, const char *end, const char *name, const char *commit)
{
	char *want = xasprintf("object %s\ntype commit\n", commit);
	char *named = xasprintf("%stag %s\n", want, name);
	const char *fault = NULL;

	if (!starts(at, end, want))
		fault = "the tag does not name the commit itself";
	else if (!starts(at, end, named))
		fault = "the tag object has another name than its ref";
	free(named);
	free(want);

	return fault;
}

static void
cut_tag(struct signature *signature, const char *at, const char *end)
{
	const char *from = trailer(at, end);

	if (from == end)
		return;
	cut_header(signature, at, from);
	buf_reset(&signature->text); /* a header signs no tag of SHA-1 */
	buf_add(&signature->text, from, (size_t)(end - from));
	judge(signature);
}

/* The object, no larger than is looked at; `*out` NULL: it is too large. */
static int
read_object(git_odb_object **out, const char *path, const char *hex,
    git_object_t want, struct err *err)
{
	git_repository *repo = NULL;
	git_odb *odb = NULL;
	git_object_t type;
	git_oid oid;
	size_t size;
	int rc = -1;

	*out = NULL;
	if (lg_oid(&oid, hex, err) == -1 || lg_open(&repo, path, err) == -1)
		return -1;
	if (git_repository_odb(&odb, repo) < 0 ||
	    git_odb_read_header(&size, &type, odb, &oid) < 0)
		lg_err(err, EX_DATAERR, "%s", hex);
	else if (type != want)
		err_set(err, EX_DATAERR, "%s: not a %s", hex,
		    git_object_type2string(want));
	else if (size > SIGNATURE_OBJECT_MAX)
		rc = 0;
	else if (git_odb_read(out, odb, &oid) < 0)
		lg_err(err, EX_DATAERR, "%s", hex);
	else
		rc = 0;
	git_odb_free(odb);
	git_repository_free(repo);

	return rc;
}

int
signature_of_commit(struct signature *signature, const char *repo,
    const char *oid, struct err *err)
{
	git_odb_object *object;
	const char *at;

	*signature = (struct signature){ 0 };
	if (read_object(&object, repo, oid, GIT_OBJECT_COMMIT, err) == -1)
		return -1;
	if (object) {
		at = git_odb_object_data(object);
		cut_commit(signature, at, at + git_odb_object_size(object));
	} else {
		signature->fault = "the commit is larger than 16 MiB";
	}
	git_odb_object_free(object);

	return 0;
}

int
signature_of_tag(struct signature *signature, const char *repo, const char *oid,
    const char *name, const char *commit, struct err *err)
{
	git_odb_object *object;
	const char *at, *end;

	*signature = (struct signature){ 0 };
	if (read_object(&object, repo, oid, GIT_OBJECT_TAG, err) == -1)
		return -1;
	if (object) {
		at = git_odb_object_data(object);
		end = at + git_odb_object_size(object);
		cut_tag(signature, at, end);
		if (!signature->fault)
			signature->fault = tag_fault(at, end, name, commit);
	} else {
		signature->fault = "the tag is larger than 16 MiB";
	}
	git_odb_object_free(object);

	return 0;
}

bool
signature_holds(const char *path, const char *hex)
{
	git_repository *repo = NULL;
	git_odb *odb = NULL;
	struct err err;
	git_oid oid;
	bool holds;

	holds =
	    lg_oid(&oid, hex, &err) == 0 && lg_open(&repo, path, &err) == 0 &&
	    git_repository_odb(&odb, repo) == 0 && git_odb_exists(odb, &oid);
	git_odb_free(odb);
	git_repository_free(repo);

	return holds;
}

void
signature_clear(struct signature *signature)
{
	buf_clear(&signature->payload);
	buf_clear(&signature->text);
	*signature = (struct signature){ 0 };
}
