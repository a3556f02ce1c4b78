#include "signed.h"
#include "base/alloc.h"
#include "json/value.h"
#include <stdlib.h>
#include <string.h>

static const char tags[] = "refs/tags/";

void
signed_rule(struct signature_rule *rule, const struct probe *probe,
    const struct fleet_repo *repo, struct json **own)
{
	struct signature_rule base = policy_signature(probe->policy);
	const char *text = repo->policy;
	struct err err;

	*own = NULL;
	if (text && strcmp(text, "{}") != 0)
		*own = json_parse_checked(text, strlen(text), &err);
	signature_rule_make(rule, &base, *own);
}

const char *
signed_want(const struct probe *probe, const struct fleet_repo *repo)
{
	const char *const *word = signature_words;
	struct signature_rule rule;
	struct json *own;

	signed_rule(&rule, probe, repo, &own);
	while (*word && strcmp(*word, rule.want) != 0)
		word++;
	json_free(own);

	return *word;
}

/* What one repository's verification needs to know. */
struct job {
	const struct probe *probe;
	const char *objects;
	struct keys_pair keys;
	struct signed_tip *out;
};

static void
judge(struct job *job, struct signature *signature)
{
	verdict_clear(&job->out->verdict);
	verify(&job->out->verdict, signature, &job->keys, job->probe->now);
	signature_clear(signature);
}

static void
unfetched(struct job *job)
{
	verdict_clear(&job->out->verdict);
	job->out->verdict.state = SIGNATURE_UNFETCHED;
}

static void
verify_commit(struct job *job)
{
	struct signature signature;
	struct err err;

	memcpy(job->out->object, job->out->commit, OID_SIZE);
	if (signature_of_commit(&signature, job->objects, job->out->commit,
		&err) == -1)
		unfetched(job);
	else
		judge(job, &signature);
}

static void
verify_tag(struct job *job, const struct endpoint_tag *tag)
{
	const char *name = tag->name + sizeof(tags) - 1;
	struct signature signature;
	struct err err;

	free(job->out->tag);
	job->out->tag = xstrdup(name);
	memcpy(job->out->object, tag->oid, OID_SIZE);
	if (!signature_holds(job->objects, tag->oid) ||
	    signature_of_tag(&signature, job->objects, tag->oid, name,
		job->out->commit, &err) == -1)
		unfetched(job);
	else
		judge(job, &signature);
}

/* Of several the first good one counts (I2); where none is, the first that
 * carries a signature at all is told. */
static void
verify_tags(struct job *job, const struct endpoint *listed)
{
	struct signed_tip *out = job->out;
	struct signed_tip told = { 0 };
	size_t i, count = 0;

	for (i = 0; i < listed->tag_count && count < SIGNED_TAGS_MAX; i++) {
		if (strcmp(listed->tags[i].peeled, out->commit) != 0 ||
		    strcmp(listed->tags[i].oid, out->commit) == 0)
			continue;
		count++;
		verify_tag(job, &listed->tags[i]);
		if (out->verdict.state == SIGNATURE_GOOD)
			break;
		if (told.policy && told.verdict.state != SIGNATURE_UNSIGNED)
			continue;
		signed_clear(&told);
		told = *out;
		out->tag = NULL;
		out->verdict = (struct verdict){ 0 };
	}
	if (!told.policy || out->verdict.state == SIGNATURE_GOOD) {
		signed_clear(&told);
		return;
	}
	signed_clear(out);
	*out = told;
}

void
signed_verify(struct signed_tip *out, const struct probe *probe,
    const struct fleet_repo *repo, const char *objects, const char *tip,
    const struct endpoint *listed)
{
	struct job job = { .probe = probe, .objects = objects, .out = out };
	const char *want = signed_want(probe, repo);
	struct signature_rule rule;
	struct json *own;

	signed_clear(out);
	if (strcmp(want, "none") == 0)
		return;
	signed_rule(&rule, probe, repo, &own);
	job.keys = keys_of(probe->keys, &rule);
	json_free(own);
	out->policy = want;
	memcpy(out->commit, tip, OID_SIZE);
	if (strcmp(want, "commit") == 0)
		verify_commit(&job);
	else
		verify_tags(&job, listed);
}

void
signed_write(const struct signed_tip *tip, const char *name, struct jw *jw)
{
	const struct verdict *verdict = &tip->verdict;

	if (!tip->policy) {
		jw_null(jw, name);
		return;
	}
	jw_object(jw, name);
	jw_text(jw, "policy", tip->policy);
	jw_text(jw, "commit", tip->commit);
	jw_text(jw, "state", signature_state_name(verdict->state));
	jw_text(jw, "detail", verdict->detail);
	jw_text(jw, "format", signature_format_name(verdict->format));
	jw_text(jw, "object", tip->object[0] != '\0' ? tip->object : NULL);
	jw_any_text(jw, "tag", tip->tag);
	jw_any_text(jw, "signer", verdict->signer);
	jw_any_text(jw, "key", verdict->key);
	jw_text(jw, "keys", verdict->keys);
	jw_end(jw);
}

void
signed_clear(struct signed_tip *tip)
{
	verdict_clear(&tip->verdict);
	free(tip->tag);
	*tip = (struct signed_tip){ 0 };
}
