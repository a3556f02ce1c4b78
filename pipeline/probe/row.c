#include "row.h"
#include "model/reason.h"
#include "model/redact.h"
#include <stdlib.h>
#include <string.h>

static const struct fact *
leading(const struct inspection *in)
{
	const struct fact *lead = NULL;
	const char *code;
	size_t i;

	for (i = 0; i < in->fact_count; i++) {
		if (!in->facts[i].leads)
			continue;
		code =
		    reason_leading(lead ? lead->code : NULL, in->facts[i].code);
		if (code == in->facts[i].code)
			lead = &in->facts[i];
	}

	return lead;
}

static void
count(struct jw *jw, const char *name, bool known, int64_t number)
{
	if (known)
		jw_int(jw, name, number);
	else
		jw_null(jw, name);
}

static const char *
oid(const char *hex)
{
	return hex && hex[0] != '\0' ? hex : NULL;
}

static void
write_reason(const struct inspection *in, struct jw *jw)
{
	const struct fact *lead = leading(in);
	size_t i;

	jw_text(jw, "reason", lead ? lead->code : "corrupt");
	jw_any_text(jw, "detail", lead ? lead->detail : NULL);
	jw_array(jw, "facts");
	for (i = 0; i < in->fact_count; i++)
		if (&in->facts[i] != lead)
			jw_text(jw, NULL, in->facts[i].code);
	jw_end(jw);
}

static void
write_place(const struct place *place, bool found, struct jw *jw)
{
	jw_any_text(jw, "common_dir", found ? place->common_dir : NULL);
	jw_any_text(jw, "git_dir", found ? place->git_dir : NULL);
	count(jw, "device", found, (int64_t)place->device);
	count(jw, "inode", found, (int64_t)place->inode);
	if (found) {
		jw_bool(jw, "bare", place->bare);
		jw_bool(jw, "linked", place->linked);
	} else {
		jw_null(jw, "bare");
		jw_null(jw, "linked");
	}
}

static void
write_head(const struct inspection *in, bool opened, struct jw *jw)
{
	char *remote;

	if (!opened) {
		jw_null(jw, "head");
	} else {
		jw_object(jw, "head");
		jw_text(jw, "oid", oid(in->head_oid));
		jw_any_text(jw, "branch", in->head_branch);
		jw_bool(jw, "detached", !in->head_branch);
		jw_bool(jw, "unborn",
		    in->head_branch && in->head_oid[0] == '\0');
		jw_end(jw);
	}
	jw_any_text(jw, "branch", in->branch);
	jw_text(jw, "branch_oid", oid(in->branch_oid));
	if (in->upstream_ref) {
		jw_object(jw, "upstream");
		remote = in->upstream_remote
			     ? name_redacted(in->upstream_remote)
			     : NULL;
		jw_text(jw, "remote", remote);
		free(remote);
		jw_any_text(jw, "ref", in->upstream_ref);
		jw_end(jw);
	} else {
		jw_null(jw, "upstream");
	}
}

static void
write_tree(const struct inspection *in, struct jw *jw)
{
	size_t i;

	count(jw, "staged_count", in->staged_count >= 0, in->staged_count);
	count(jw, "unstaged_count", in->unstaged_count >= 0,
	    in->unstaged_count);
	count(jw, "untracked_count", in->untracked_count >= 0,
	    in->untracked_count);
	jw_array(jw, "dirty_paths");
	for (i = 0; i < in->dirty.count && i < INSPECT_PATH_MAX; i++)
		jw_any_text(jw, NULL, in->dirty.items[i]);
	jw_end(jw);
}

static void
write_endpoint(const struct member *member, struct jw *jw)
{
	if (!member) {
		jw_null(jw, "endpoint");
		return;
	}
	jw_object(jw, "endpoint");
	jw_text(jw, "name", member->told);
	jw_text(jw, "url", member->shown);
	jw_text(jw, "host", member->url.host);
	jw_text(jw, "role", member->role);
	jw_end(jw);
}

static void
write_change(const struct comparison *comparison, struct jw *jw)
{
	const struct change *change = &comparison->change;
	size_t i;

	if (!comparison->measured) {
		jw_null(jw, "change");
		return;
	}
	jw_object(jw, "change");
	jw_int(jw, "commit_count", change->commit_count);
	jw_int(jw, "file_count", change->file_count);
	jw_int(jw, "insertion_count", change->insertion_count);
	jw_int(jw, "deletion_count", change->deletion_count);
	jw_int(jw, "new_bytes", change->new_bytes);
	jw_array(jw, "sensitive_paths");
	for (i = 0; i < change->sensitive.count; i++)
		jw_any_text(jw, NULL, change->sensitive.items[i].path);
	jw_end(jw);
	jw_end(jw);
}

static void
write_paths(const struct change_paths *paths, bool known, const char *name,
    struct jw *jw)
{
	size_t i;

	jw_array(jw, name);
	for (i = 0; known && i < paths->count; i++) {
		jw_object(jw, NULL);
		jw_any_text(jw, "path", paths->items[i].path);
		jw_text(jw, "kind", paths->items[i].kind);
		jw_end(jw);
	}
	jw_end(jw);
}

/* F4: what vouches for the tip of another member than the primary. */
static void
write_evidence(const struct row *row, struct jw *jw)
{
	const struct comparison *comparison = row->comparison;

	if (!row->selected || !comparison->backed) {
		jw_null(jw, "evidence");
		return;
	}
	jw_object(jw, "evidence");
	jw_text(jw, "relation", federation_backing_name(comparison->backing));
	jw_text(jw, "primary_tip", comparison->primary_tip);
	jw_end(jw);
}

/* Those that come along, by the remote's names. */
static void
write_refs(const struct endpoint *along, struct jw *jw)
{
	size_t i;

	jw_array(jw, "refs");
	for (i = 0; i < along->ref_count; i++) {
		jw_object(jw, NULL);
		jw_text(jw, "name", along->refs[i].name);
		jw_text(jw, "oid", along->refs[i].oid);
		jw_end(jw);
	}
	jw_end(jw);
}

static void
write_comparison(const struct row *row, struct jw *jw)
{
	const struct comparison *comparison = row->comparison;
	bool known = comparison->related_known;

	write_endpoint(row->selected, jw);
	jw_text(jw, "tip", row->selected ? oid(row->selected->tip) : NULL);
	jw_bool(jw, "tip_known", comparison->known);
	write_evidence(row, jw);
	signed_write(&comparison->signature, "signature", jw);
	jw_any_text(jw, "staging", comparison->staging);
	follow_write(&comparison->tags, "tags", jw);
	write_refs(&comparison->refs, jw);
	count(jw, "ahead_count", known, comparison->relation.ahead_count);
	count(jw, "behind_count", known, comparison->relation.behind_count);
	write_change(comparison, jw);
	write_paths(&comparison->change.collisions, comparison->measured,
	    "collisions", jw);
	write_paths(&comparison->change.unsafe, comparison->measured, "unsafe",
	    jw);
}

void
row_write(const struct row *row, struct buf *out)
{
	const struct inspection *in = row->in;
	bool opened = in->fact_count == 0 || !in->place.reason;
	bool found = in->place.common_dir && in->place.inode != 0;
	struct jw jw;

	jw_init(&jw, out);
	jw_object(&jw, NULL);
	jw_text(&jw, "repo_key", row->repo->repo_key);
	jw_any_text(&jw, "path", row->repo->path);
	write_reason(in, &jw);
	write_place(&in->place, found, &jw);
	write_head(in, opened, &jw);
	write_tree(in, &jw);
	members_write(row->members, "endpoints", &jw);
	write_comparison(row, &jw);
	count(&jw, "free_bytes", in->free_bytes >= 0, in->free_bytes);
	count(&jw, "free_inode_count", in->free_inode_count >= 0,
	    in->free_inode_count);
	count(&jw, "submodule_count", opened, in->place.index.submodule_count);
	count(&jw, "stash_count", opened, in->stash_count);
	count(&jw, "worktree_count", opened, in->worktree_count);
	jw_int(&jw, "probe_ms", row->ms);
	jw_end(&jw);
}
