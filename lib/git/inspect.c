#include "git/inspect.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "git/closed.h"
#include "git/marks.h"
#include "git/worktree.h"
#include "json/utf8.h"
#include "model/redact.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char heads[] = "refs/heads/";

void
inspect_note(struct inspection *in, const char *code, bool leads, char *detail)
{
	struct fact *fact;
	size_t i;

	for (i = 0; i < in->fact_count; i++)
		if (strcmp(in->facts[i].code, code) == 0)
			break;
	if (i == INSPECT_FACT_MAX ||
	    (i < in->fact_count && (!leads || in->facts[i].leads))) {
		free(detail);
		return;
	}
	fact = &in->facts[i];
	if (i == in->fact_count)
		in->fact_count++;
	else
		free(fact->detail);
	*fact = (struct fact){ code, detail, leads };
}

bool
inspect_has(const struct inspection *in, const char *code)
{
	size_t i;

	for (i = 0; i < in->fact_count; i++)
		if (strcmp(in->facts[i].code, code) == 0)
			return true;

	return false;
}

void
inspect_damaged(struct inspection *in, char *detail)
{
	struct ref_dirs dirs = place_dirs(&in->place);
	char *closed = closed_to_read(&dirs);

	inspect_note(in, closed ? "foreign-owner" : "corrupt", true,
	    closed ? closed : detail);
	if (closed)
		free(detail);
}

bool
inspect_sound(const struct inspection *in)
{
	return !inspect_has(in, "corrupt") && !inspect_has(in, "foreign-owner");
}

static void
read_head(struct inspection *in)
{
	struct ref_dirs dirs = place_dirs(&in->place);
	char *target = NULL;
	enum ref_found found;
	bool broken;

	found = ref_read(&dirs, "HEAD", in->head_oid, &target);
	broken = found == REF_BROKEN || !ref_valid(target) ||
		 (found == REF_ABSENT && strcmp(target, "HEAD") == 0);
	if (strncmp(target, heads, sizeof(heads) - 1) == 0 && ref_valid(target))
		in->head_branch = xstrdup(target + sizeof(heads) - 1);
	if (broken)
		inspect_damaged(in,
		    xstrdup("HEAD is neither a branch nor a commit"));
	else if (!in->head_branch && !in->place.bare)
		inspect_note(in, "detached", true, NULL);
	free(target);
}

static void
read_branch(struct inspection *in, const char *wanted)
{
	struct ref_dirs dirs = place_dirs(&in->place);
	enum ref_found found;
	char *name;

	in->tree_leads = !in->place.bare && !in->head_branch;
	if (!wanted && !in->head_branch)
		return;
	in->branch = xstrdup(wanted ? wanted : in->head_branch);
	if (!utf8_valid(in->branch)) /* no document can name it */
		inspect_note(in, "unsupported-format", true,
		    xstrdup("the branch's name is not UTF-8"));
	in->checked_out = !in->place.bare && in->head_branch &&
			  strcmp(in->head_branch, in->branch) == 0;
	in->tree_leads |= in->checked_out;
	if (in->head_oid[0] != '\0' && in->head_branch &&
	    strcmp(in->head_branch, in->branch) == 0) {
		memcpy(in->branch_oid, in->head_oid, OID_SIZE);
		return;
	}
	name = xasprintf("%s%s", heads, in->branch);
	found = ref_read(&dirs, name, in->branch_oid, NULL);
	if (found == REF_BROKEN)
		inspect_damaged(in, xasprintf("%s is no commit id", name));
	else if (found == REF_ABSENT)
		inspect_note(in, "unborn", true,
		    xasprintf("%s has no commit", in->branch));
	free(name);
}

/* The remote that `git clone --mirror` follows, told; NULL: there is none. */
static char *
mirrored(const struct gitconfig *config)
{
	const struct gitconfig_entry *entry;
	const char *dot;
	char *name, *told;
	size_t i;

	for (i = 0; i < config->count; i++) {
		entry = &config->entries[i];
		dot = strrchr(entry->key, '.');
		if (strncmp(entry->key, "remote.", 7) != 0 ||
		    dot < entry->key + 7 || strcmp(dot, ".fetch") != 0 ||
		    strcmp(entry->value, "+refs/*:refs/*") != 0)
			continue;
		name = xstrndup(entry->key + 7, (size_t)(dot - entry->key - 7));
		told = name_redacted(name);
		free(name);
		return told;
	}

	return NULL;
}

/* Of a mirror every ref is the remote's: to follow one of them is the fleet's
 * to say. */
static void
note_no_upstream(struct inspection *in, bool local)
{
	char *remote = in->place.bare ? mirrored(&in->place.config) : NULL;

	if (remote)
		inspect_note(in, "unsupported-format", true,
		    xasprintf("a mirror of %s, and its entry names no remotes",
			remote));
	else
		inspect_note(in, "no-upstream", true,
		    local            ? xstrdup("follows a local branch")
		    : in->place.bare ? xstrdup("the repository is bare")
				     : NULL);
	free(remote);
}

static void
read_upstream(struct inspection *in, bool own_remotes)
{
	const struct gitconfig *config = &in->place.config;
	const char *remote, *merge;

	if (!in->branch)
		return;
	remote = gitconfig_get_sub(config, "branch", in->branch, "remote");
	merge = gitconfig_get_sub(config, "branch", in->branch, "merge");
	if (remote && strcmp(remote, ".") != 0)
		in->upstream_remote = xstrdup(remote);
	if (merge && ref_valid(merge) && in->upstream_remote)
		in->upstream_ref = xstrdup(merge);
	else if (own_remotes)
		in->upstream_ref = xasprintf("%s%s", heads, in->branch);
	if (!in->upstream_ref)
		note_no_upstream(in, remote && strcmp(remote, ".") == 0);
}

/* Settings that say which program runs or where a URL leads (B6). Names are
 * told without what stands between their dots: it may be a URL. */
static const struct {
	const char *section; /* with its dot */
	const char *name;    /* with its dot; NULL: all of the section */
	const char *told;
} trusting[] = {
	{ "url.", ".insteadof", "url.*.insteadOf" },
	{ "credential.", NULL, "credential.*" },
	{ "http.", NULL, "http.*" },
	{ "core.", ".sshcommand", "core.sshCommand" },
	{ "core.", ".askpass", "core.askPass" },
	{ "core.", ".gitproxy", "core.gitProxy" },
	{ "ssh.", NULL, "ssh.*" },
	{ "remote.", ".proxy", "remote.*.proxy" },
	{ "remote.", ".uploadpack", "remote.*.uploadpack" },
	{ "remote.", ".vcs", "remote.*.vcs" },
};

static bool
sets(const struct gitconfig *config, const char *section, const char *name)
{
	const char *key, *dot;
	size_t i;

	for (i = 0; i < config->count; i++) {
		key = config->entries[i].key;
		dot = strrchr(key, '.');
		if (strncmp(key, section, strlen(section)) == 0 &&
		    (!name || (dot && strcmp(dot, name) == 0)))
			return true;
	}

	return false;
}

static void
check_trust(struct inspection *in)
{
	struct buf names = { 0 };
	size_t i;

	for (i = 0; i < sizeof(trusting) / sizeof(trusting[0]); i++)
		if (sets(&in->place.config, trusting[i].section,
			trusting[i].name))
			buf_printf(&names, "%s%s", names.len > 0 ? ", " : "",
			    trusting[i].told);
	if (names.len > 0)
		inspect_note(in, "needs-trust", true, buf_take(&names));
	buf_clear(&names);
}

void
inspect_begin(struct inspection *in, const struct inspect_options *options)
{
	in->staged_count = in->unstaged_count = in->untracked_count = -1;
	in->free_bytes = in->free_inode_count = -1;
	in->scratch = options->scratch;
	in->named = options->path;
	in->trust_config = options->trust_config;
	place_find(&in->place, options->path, options->self, 0);
	if (in->place.reason) {
		inspect_note(in, in->place.reason, true, in->place.detail);
		in->place.detail = NULL;
		return;
	}
	read_head(in);
	read_branch(in, options->branch);
	read_upstream(in, options->own_remotes);
	if (!options->trust_config)
		check_trust(in);
}

static void
check_closed(struct inspection *in)
{
	struct ref_dirs dirs = place_dirs(&in->place);
	char *closed = closed_to_write(&dirs, in->branch);

	if (closed)
		inspect_note(in, "foreign-owner", true, closed);
}

void
inspect_rest(struct inspection *in)
{
	marks_find(in);
	check_closed(in);
	if (in->place.partial)
		inspect_note(in, "partial", true, NULL);
	if (in->place.sparse)
		inspect_note(in, "sparse", in->tree_leads, NULL);
	if (in->place.index.submodule_count > 0)
		inspect_note(in, "submodules", false, NULL);
	worktree_space(in);
	if (in->place.worktree && !in->place.bare &&
	    !in->place.sparse) /* libgit2 sees what is left out as gone */
		worktree_status(in);
}

void
inspect_clear(struct inspection *in)
{
	size_t i;

	place_clear(&in->place);
	for (i = 0; i < in->fact_count; i++)
		free(in->facts[i].detail);
	list_clear(&in->dirty);
	list_clear(&in->assumed);
	list_clear(&in->skipped);
	edits_close(&in->edits);
	free(in->head_branch);
	free(in->branch);
	free(in->upstream_remote);
	free(in->upstream_ref);
	*in = (struct inspection){ 0 };
}
