#include "model/decision.h"
#include "base/alloc.h"
#include "json/canon.h"
#include "json/jw.h"
#include <stdlib.h>
#include <string.h>

static void
decision_puts(struct decision *decision, const char *text)
{
	hash_add(&decision->hash, text, strlen(text));
}

/* What was written to `json` enters the hash in canonical form. */
static void
decision_flush(struct decision *decision)
{
	canon_add(&decision->canon, decision->json.data, decision->json.len);
	hash_add(&decision->hash, decision->canon.data, decision->canon.len);
	buf_reset(&decision->canon);
	buf_reset(&decision->json);
}

void
decision_begin(struct decision *decision, const char *policy_digest)
{
	struct jw jw;

	memset(decision, 0, sizeof(*decision));
	hash_init(&decision->hash);
	decision_puts(decision, "{\"policy\":");
	jw_init(&jw, &decision->json);
	jw_text(&jw, NULL, policy_digest);
	decision_flush(decision);
	decision_puts(decision, ",\"repos\":[");
}

void
decision_add(struct decision *decision, const struct decision_repo *repo)
{
	struct jw jw;
	size_t i;

	jw_init(&jw, &decision->json);
	jw_object(&jw, NULL);
	jw_text(&jw, "repo_key", repo->repo_key);
	jw_text(&jw, "recommendation", repo->recommendation);
	jw_text(&jw, "strategy", repo->strategy);
	jw_text(&jw, "target", repo->target);
	if (repo->role) {
		jw_object(&jw, "endpoint");
		jw_text(&jw, "role", repo->role);
		jw_text(&jw, "url", repo->url);
		jw_end(&jw);
	} else
		jw_null(&jw, "endpoint");
	jw_array(&jw, "reasons");
	for (i = 0; i < repo->reason_count; i++)
		jw_text(&jw, NULL, repo->reasons[i]);
	jw_end(&jw);
	jw_int(&jw, "depth", repo->depth);
	jw_int(&jw, "place", repo->place);
	jw_end(&jw);

	if (decision->comma)
		decision_puts(decision, ",");
	decision->comma = true;
	decision_flush(decision);
}

void
decision_end(struct decision *decision, char out[HASH_NAMED_SIZE])
{
	decision_puts(decision, "]}");
	hash_named(&decision->hash, out);
	buf_clear(&decision->json);
	buf_clear(&decision->canon);
}

void
decision_hash(const struct json *plan_repos, const char *policy_digest,
    char out[HASH_NAMED_SIZE])
{
	struct decision decision;
	struct decision_repo repo;
	const struct json *at, *reason;
	const char **reasons = NULL;
	size_t cap = 0;

	decision_begin(&decision, policy_digest);
	for (at = json_first(plan_repos); at; at = json_next(at)) {
		repo = (struct decision_repo){
			.repo_key = json_get_text(at, "repo_key"),
			.recommendation = json_get_text(at, "recommendation"),
			.strategy = json_get_text(at, "strategy"),
			.target = json_get_text(at, "target"),
			.role = json_get_text(json_get(at, "endpoint"), "role"),
			.url = json_get_text(json_get(at, "endpoint"), "url"),
			.depth = json_get_int(at, "depth", 0),
			.place = json_get_int(at, "place", 0),
		};
		for (reason = json_first(json_get(at, "reasons")); reason;
		     reason = json_next(reason)) {
			reasons = xgrow(reasons, repo.reason_count, &cap,
			    sizeof(*reasons));
			reasons[repo.reason_count++] = json_text(reason);
		}
		repo.reasons = reasons;
		decision_add(&decision, &repo);
	}
	decision_end(&decision, out);
	free(reasons);
}
