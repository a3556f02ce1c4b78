#include "model/fold_cycle.h"
#include "base/alloc.h"
#include "model/fold_repo.h"
#include <stdlib.h>
#include <string.h>

void
fold_cycle_begin(struct fold_cycle *cycle, const char *id, instant at)
{
	fold_cycle_clear(cycle);
	cycle->id = xstrdup(id);
	cycle->at = at;
	cycle->phase = xstrdup("running");
}

void
fold_cycle_clear(struct fold_cycle *cycle)
{
	size_t i;

	for (i = 0; i < cycle->trouble_count; i++) {
		free(cycle->troubles[i].repo_key);
		free(cycle->troubles[i].code);
		free(cycle->troubles[i].text);
	}
	free(cycle->troubles);
	free(cycle->id);
	free(cycle->phase);
	free(cycle->gate);
	free(cycle->decision_hash);
	free(cycle->policy_digest);
	free(cycle->plan_counts);
	free(cycle->counts);
	*cycle = (struct fold_cycle){ 0 };
}

void
fold_cycle_trouble(struct fold_cycle *cycle, const char *repo_key,
    const char *code, const char *text)
{
	struct fold_trouble *trouble;

	cycle->troubles = xgrow(cycle->troubles, cycle->trouble_count,
	    &cycle->trouble_cap, sizeof *cycle->troubles);
	trouble = &cycle->troubles[cycle->trouble_count++];
	*trouble = (struct fold_trouble){ 0 };
	fold_text(&trouble->repo_key, repo_key);
	fold_text(&trouble->code, code);
	fold_text(&trouble->text, text);
}

/* *slot becomes the JSON text of an object; of anything else NULL. */
static void
object_text(char **slot, const struct json *object)
{
	struct buf text = { 0 };
	struct jw jw;

	free(*slot);
	*slot = NULL;
	if (json_type(object) != JSON_OBJECT)
		return;
	jw_init(&jw, &text);
	jw_value(&jw, NULL, object);
	*slot = buf_take(&text);
}

static void
finished(struct fold_cycle *cycle, const struct json *data)
{
	int64_t failed_count = json_get_int(data, "failed_count", 0);
	char *text;

	fold_text(&cycle->phase, "finished");
	object_text(&cycle->counts, data);
	if (failed_count <= 0 || cycle->trouble_count > 0)
		return;
	text = xasprintf("%lld failed", (long long)failed_count);
	fold_cycle_trouble(cycle, NULL, "failed", text);
	free(text);
}

static void
failed(struct fold_cycle *cycle, const struct json *data)
{
	const char *stage = json_get_text(data, "stage");
	const char *why = json_get_text(data, "why");
	char *text = xasprintf("%s: %s", stage != NULL ? stage : "cycle",
	    why != NULL ? why : "failed");

	fold_text(&cycle->phase, "failed");
	fold_cycle_trouble(cycle, NULL, "cycle-failed", text);
	free(text);
}

static void
refused(struct fold_cycle *cycle, const char *subject, const struct json *data)
{
	const char *text = json_get_text(data, "text");

	fold_text(&cycle->gate, "NO-GO");
	fold_cycle_trouble(cycle, subject, "gate",
	    text != NULL ? text : "refused by the gate");
}

static void
decided(struct fold_cycle *cycle, const struct json *data)
{
	fold_text(&cycle->decision_hash, json_get_text(data, "decision_hash"));
	fold_text(&cycle->policy_digest, json_get_text(data, "policy_digest"));
	object_text(&cycle->plan_counts, json_get(data, "counts"));
}

static void
started(struct fold_cycle *cycle, const struct json *data)
{
	cycle->repo_count = json_get_int(data, "repo_count", 0);
	fold_text(&cycle->policy_digest, json_get_text(data, "policy_digest"));
}

bool
fold_cycle_event(struct fold_cycle *cycle, const char *type,
    const char *subject, const struct json *data)
{
	if (strcmp(type, "cycle.started") == 0)
		started(cycle, data);
	else if (strcmp(type, "plan.decided") == 0)
		decided(cycle, data);
	else if (strcmp(type, "gate.passed") == 0)
		fold_text(&cycle->gate, "GO");
	else if (strcmp(type, "gate.refused") == 0)
		refused(cycle, subject, data);
	else if (strcmp(type, "cycle.finished") == 0)
		finished(cycle, data);
	else if (strcmp(type, "cycle.failed") == 0)
		failed(cycle, data);
	else if (strcmp(type, "cycle.recovered") == 0)
		fold_text(&cycle->phase, "recovered");
	else
		return false;
	return true;
}

void
fold_cycle_verdict(const struct fold_cycle *cycle, const char *name,
    struct jw *jw)
{
	size_t i;

	jw_object(jw, name);
	jw_bool(jw, "needs_person", cycle->trouble_count > 0);
	jw_array(jw, "reasons");
	for (i = 0; i < cycle->trouble_count; i++) {
		jw_object(jw, NULL);
		jw_text(jw, "repo_key", cycle->troubles[i].repo_key);
		jw_text(jw, "code", cycle->troubles[i].code);
		jw_text(jw, "text", cycle->troubles[i].text);
		jw_end(jw);
	}
	jw_end(jw);
	jw_end(jw);
}

static void
raw_or_null(struct jw *jw, const char *name, const char *text)
{
	if (text != NULL)
		jw_raw(jw, name, text, strlen(text));
	else
		jw_null(jw, name);
}

void
fold_cycle_write(const struct fold_cycle *cycle, const char *name,
    struct jw *jw)
{
	if (cycle->id == NULL) {
		jw_null(jw, name);
		return;
	}
	jw_object(jw, name);
	jw_text(jw, "id", cycle->id);
	jw_instant(jw, "at", cycle->at);
	jw_text(jw, "phase", cycle->phase);
	jw_int(jw, "repo_count", cycle->repo_count);
	jw_text(jw, "policy_digest", cycle->policy_digest);
	jw_text(jw, "decision_hash", cycle->decision_hash);
	raw_or_null(jw, "plan_counts", cycle->plan_counts);
	jw_text(jw, "gate", cycle->gate);
	raw_or_null(jw, "counts", cycle->counts);
	fold_cycle_verdict(cycle, "verdict", jw);
	jw_end(jw);
}

void
fold_cycle_read(struct fold_cycle *cycle, const struct json *object)
{
	const char *id = json_get_text(object, "id");
	const char *at = json_get_text(object, "at");
	const struct json *trouble;
	instant began = 0;

	if (id == NULL)
		return;
	if (at != NULL && instant_parse(at, &began) == -1)
		began = 0;
	fold_cycle_begin(cycle, id, began);
	fold_text(&cycle->phase, json_get_text(object, "phase"));
	cycle->repo_count = json_get_int(object, "repo_count", 0);
	decided(cycle, object);
	object_text(&cycle->plan_counts, json_get(object, "plan_counts"));
	fold_text(&cycle->gate, json_get_text(object, "gate"));
	object_text(&cycle->counts, json_get(object, "counts"));
	trouble = json_get(json_get(object, "verdict"), "reasons");
	for (trouble = json_first(trouble); trouble != NULL;
	     trouble = json_next(trouble))
		fold_cycle_trouble(cycle, json_get_text(trouble, "repo_key"),
		    json_get_text(trouble, "code"),
		    json_get_text(trouble, "text"));
}
