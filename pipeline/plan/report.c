#include "report.h"
#include "base/alloc.h"
#include "chain.h"
#include "evidence.h"
#include "json/jw.h"
#include "model/decision.h"
#include "model/event.h"
#include <stdlib.h>
#include <string.h>

static const char *
target(const struct plan_repo *repo)
{
	return repo->back ? repo->back : repo->due ? repo->tip : NULL;
}

static const char *
digest(const struct plan *plan)
{
	return json_get_text(plan->policy, "digest");
}

static const char *
endpoint(const struct plan_repo *repo, const char *member)
{
	return json_get_text(json_get(repo->probe, "endpoint"), member);
}

void
report_hash(const struct plan *plan, char out[HASH_NAMED_SIZE])
{
	const struct plan_repo *repo;
	struct decision decision;

	decision_begin(&decision, digest(plan));
	for (repo = plan->repos; repo < plan->repos + plan->count; repo++)
		decision_add(&decision,
		    &(struct decision_repo){
			.repo_key = repo->repo_key,
			.recommendation = plan_word_name(repo->word),
			.strategy = repo->strategy,
			.target = target(repo),
			.role = endpoint(repo, "role"),
			.url = endpoint(repo, "url"),
			.reasons = repo->codes,
			.reason_count = repo->code_count,
			.depth = (int64_t)repo->depth,
			.place = (int64_t)repo->place,
		    });
	decision_end(&decision, out);
}

static void
write_endpoint(const struct plan_repo *repo, struct jw *jw)
{
	if (!endpoint(repo, "role")) {
		jw_null(jw, "endpoint");
		return;
	}
	jw_object(jw, "endpoint");
	jw_text(jw, "role", endpoint(repo, "role"));
	jw_text(jw, "url", endpoint(repo, "url"));
	jw_end(jw);
}

static void
write_reasons(const struct plan_repo *repo, struct jw *jw)
{
	size_t i;

	jw_text(jw, "reason", repo->code);
	jw_array(jw, "reasons");
	for (i = 0; i < repo->code_count; i++)
		jw_text(jw, NULL, repo->codes[i]);
	jw_end(jw);
}

/* K1 */
static void
write_risk(const struct plan_repo *repo, struct jw *jw)
{
	int part;

	jw_object(jw, "risk");
	jw_int(jw, "permille", repo->risk.permille);
	jw_bool(jw, "held", repo->risk.held);
	jw_array(jw, "contributions");
	for (part = 0; repo->scored && part < RISK_PART_COUNT; part++) {
		jw_object(jw, NULL);
		jw_text(jw, "name", risk_part_name((enum risk_part)part));
		jw_int(jw, "permille", repo->risk.parts[part]);
		jw_end(jw);
	}
	jw_end(jw);
	jw_end(jw);
}

static void
write_number(struct jw *jw, const char *name, size_t number)
{
	if (number)
		jw_int(jw, name, (int64_t)number);
	else
		jw_null(jw, name);
}

/* What decides, alike in the document and in STATE. */
static void
write_decision(const struct plan_repo *repo, struct jw *jw)
{
	jw_text(jw, "repo_key", repo->repo_key);
	jw_text(jw, "recommendation", plan_word_name(repo->word));
	jw_text(jw, "strategy", repo->strategy);
	jw_value(jw, "branch", json_get(repo->probe, "branch"));
	jw_value(jw, "before", json_get(repo->probe, "branch_oid"));
	jw_text(jw, "target", target(repo));
	write_endpoint(repo, jw);
	write_reasons(repo, jw);
	jw_int(jw, "depth", (int64_t)repo->depth);
	jw_int(jw, "place", (int64_t)repo->place);
}

/* F4: why the tip of a member that is no primary may be taken, or not. */
static void
write_evidence(const struct plan *plan, const struct plan_repo *repo,
    struct jw *jw)
{
	char *text = evidence_text(plan, repo);

	jw_text(jw, "evidence", text);
	free(text);
}

static void
write_repo(const struct plan *plan, const struct plan_repo *repo, struct jw *jw)
{
	jw_object(jw, NULL);
	write_decision(repo, jw);
	write_evidence(plan, repo, jw);
	write_risk(repo, jw);
	chain_write(plan, repo, "chain", jw);
	jw_text(jw, "text", repo->text);
	write_number(jw, "lane", repo->lane);
	write_number(jw, "turn", repo->turn);
	jw_end(jw);
}

static void
write_queue(const struct plan *plan, struct jw *jw)
{
	const struct plan_repo *repo;
	size_t i;

	jw_array(jw, "queue");
	for (i = 0; i < plan->count; i++) {
		repo = &plan->repos[plan->places[i]];
		if (!repo->turn)
			continue;
		jw_object(jw, NULL);
		jw_text(jw, "repo_key", repo->repo_key);
		jw_int(jw, "lane", (int64_t)repo->lane);
		jw_int(jw, "turn", (int64_t)repo->turn);
		jw_end(jw);
	}
	jw_end(jw);
}

/* The members of every cycle together, in their order, by counting. */
static void
write_cycles(const struct plan *plan, struct jw *jw)
{
	const struct order *order = &plan->order;
	size_t *first = xcalloc(order->cycle_count + 2, sizeof(*first));
	size_t *members = xcalloc(plan->count + 1, sizeof(*members));
	size_t i, k, end;

	for (i = 0; i < plan->count; i++)
		if (order->cycle[i])
			first[order->cycle[i] + 1]++;
	for (k = 1; k <= order->cycle_count; k++)
		first[k + 1] += first[k];
	for (i = 0; i < plan->count; i++)
		if (order->cycle[i])
			members[first[order->cycle[i]]++] = i;
	jw_array(jw, "dependency_cycles");
	for (k = 1, i = 0; k <= order->cycle_count; k++) {
		jw_array(jw, NULL);
		for (end = first[k]; i < end; i++)
			jw_text(jw, NULL, plan->repos[members[i]].repo_key);
		jw_end(jw);
	}
	jw_end(jw);
	free(first);
	free(members);
}

static void
write_counts(const struct plan *plan, struct jw *jw)
{
	int word;

	jw_object(jw, "counts");
	for (word = 0; word < PLAN_WORD_COUNT; word++)
		jw_int(jw, plan_word_name((enum plan_word)word),
		    (int64_t)plan->word_counts[word]);
	jw_end(jw);
}

static void
write_head(const struct plan *plan, const char *decision_hash, struct jw *jw)
{
	jw_text(jw, "policy_digest", digest(plan));
	jw_text(jw, "decision_hash", decision_hash);
	jw_text(jw, "pressure", plan->pressure);
	jw_int(jw, "lane_count", (int64_t)plan->lane_count);
	jw_text(jw, "undo", plan->back ? plan->back->repo_key : NULL);
}

void
report_plan(const struct plan *plan, const char *decision_hash, struct buf *out)
{
	struct jw jw;
	size_t i;

	jw_init(&jw, out);
	jw_object(&jw, NULL);
	write_head(plan, decision_hash, &jw);
	jw_array(&jw, "repos");
	for (i = 0; i < plan->count; i++)
		write_repo(plan, &plan->repos[i], &jw);
	jw_end(&jw);
	write_queue(plan, &jw);
	write_cycles(plan, &jw);
	write_counts(plan, &jw);
	jw_end(&jw);
}

void
report_state(const struct plan *plan, const char *decision_hash,
    struct buf *out)
{
	struct jw jw;
	size_t i;

	jw_init(&jw, out);
	jw_object(&jw, NULL);
	jw_text(&jw, "schema", "hermes.global_orchestration_plan/1");
	write_head(plan, decision_hash, &jw);
	jw_array(&jw, "repos");
	for (i = 0; i < plan->count; i++) {
		jw_object(&jw, NULL);
		write_decision(&plan->repos[i], &jw);
		jw_text(&jw, "text", plan->repos[i].text);
		jw_end(&jw);
	}
	jw_end(&jw);
	write_queue(plan, &jw);
	write_cycles(plan, &jw);
	write_counts(plan, &jw);
	jw_end(&jw);
	buf_putc(out, '\n');
}

static bool
same(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static const char *
head(const struct plan_repo *repo)
{
	const char *oid = json_get_text(repo->probe, "branch_oid");

	return oid ? oid : json_get_text(json_get(repo->probe, "head"), "oid");
}

/*
 * The text says why something waits or is stuck; where nothing is, it is not
 * worth an event of its own. While the machine is offline nothing is learned
 * of a repository, so nothing has changed: the probe says it once for all.
 */
static bool
changed(const struct plan *plan, const struct plan_repo *repo)
{
	const struct json *known = repo->known;
	bool waits = repo->word == PLAN_DEFER || repo->word == PLAN_BLOCK;

	if (known && plan->offline && !strcmp(repo->code, "remote-down"))
		return false;

	return !same(json_get_text(known, "reason"), repo->found) ||
	       !same(json_get_text(known, "code"), repo->code) ||
	       !same(json_get_text(known, "recommendation"),
		   plan_word_name(repo->word)) ||
	       !same(json_get_text(known, "branch"),
		   json_get_text(repo->probe, "branch")) ||
	       !same(json_get_text(known, "head"), head(repo)) ||
	       !same(json_get_text(known, "tip"), repo->tip) ||
	       (waits && !same(json_get_text(known, "text"), repo->text));
}

static void
say_changed(const struct plan_repo *repo, struct doc *doc)
{
	struct event event = { .source = "hermes-plan",
		.type = "hermes.repo.changed",
		.subject = repo->repo_key };
	struct buf data = { 0 };
	struct jw jw;

	jw_init(&jw, &data);
	jw_object(&jw, NULL);
	jw_text(&jw, "reason", repo->found);
	jw_text(&jw, "code", repo->code);
	jw_text(&jw, "recommendation", plan_word_name(repo->word));
	jw_value(&jw, "branch", json_get(repo->probe, "branch"));
	jw_text(&jw, "head", head(repo));
	jw_text(&jw, "tip", repo->tip);
	jw_text(&jw, "text", repo->text);
	jw_end(&jw);
	event_add(doc, &event, &data);
	buf_clear(&data);
}

static void
say_decided(const struct plan *plan, const char *decision_hash, struct doc *doc)
{
	struct event event = { .source = "hermes-plan",
		.type = "hermes.plan.decided" };
	struct buf data = { 0 };
	struct jw jw;

	jw_init(&jw, &data);
	jw_object(&jw, NULL);
	jw_text(&jw, "decision_hash", decision_hash);
	jw_text(&jw, "policy_digest", digest(plan));
	write_counts(plan, &jw);
	jw_end(&jw);
	event_add(doc, &event, &data);
	buf_clear(&data);
}

void
report_events(const struct plan *plan, const char *decision_hash,
    struct doc *doc)
{
	const struct plan_repo *repo;

	for (repo = plan->repos; repo < plan->repos + plan->count; repo++)
		if (!plan->back && changed(plan, repo))
			say_changed(repo, doc);
	say_decided(plan, decision_hash, doc);
}
