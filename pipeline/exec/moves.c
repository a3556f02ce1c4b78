#include "moves.h"
#include "apply.h"
#include "base/alloc.h"
#include "git/reflog.h"
#include "git/refs.h"
#include "records.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ORIG_HEAD "ORIG_HEAD"

/* What refs there are, while it is decided what is to be moved. */
struct scene {
	struct apply *apply;
	const struct ref_store *store;
	struct list names; /* owned; all below refs/ */
};

static bool
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* 1 and where it stands, NULL_OID: nowhere; 0: it is none of ours to move
 * (W3); -1 with a verdict. */
static int
stands(const struct scene *scene, const char *name, char oid[OID_SIZE])
{
	char *next = NULL;
	struct err err;
	int found = ref_store_read(scene->store, name, oid, &next, &err);

	free(next);
	if (found == -1)
		return err.number == ELOOP ? 0 : apply_fail(scene->apply, &err);
	if (found != REF_ABSENT)
		return found == REF_OID;
	memcpy(oid, NULL_OID, OID_SIZE);

	return !begins(name, "refs/") || ref_names_free(&scene->names, name);
}

static bool
is_null(const char *oid)
{
	return strcmp(oid, NULL_OID) == 0;
}

/* Unless it stands there. */
static void
plan(const struct scene *scene, const char *name, const char *from,
    const char *to)
{
	if (strcmp(from, to) != 0)
		moves_add(&scene->apply->moves, name, from, to);
}

static int
plan_destination(const struct scene *scene, const struct refspec_dst *dst,
    const char *tip)
{
	struct apply *apply = scene->apply;
	char oid[OID_SIZE];
	int rc = stands(scene, dst->name, oid);

	if (rc == 1 &&
	    (is_null(oid) ||
		(!begins(dst->name, "refs/tags/") &&
		    (dst->force || refs_descends(apply->target, tip, oid)))))
		plan(scene, dst->name, oid, tip);

	return rc == -1 ? -1 : 0;
}

/* What the remote's lines map its `ref` to. */
static int
plan_mapped(const struct scene *scene, const char *ref, const char *tip)
{
	const struct apply *apply = scene->apply;
	struct refspec_dsts dsts = { 0 };
	size_t i;
	int rc = 0;

	refs_tracking(apply->target, apply->remote, ref, &dsts);
	for (i = 0; rc == 0 && i < dsts.count; i++)
		rc = plan_destination(scene, &dsts.list[i], tip);
	refspec_clear(&dsts);

	return rc;
}

/* W2 */
static int
plan_tag(const struct scene *scene, const struct json *tag)
{
	const char *to = json_get_text(tag, "oid");
	char *name = xasprintf("refs/tags/%s", json_get_text(tag, "name"));
	char oid[OID_SIZE];
	int rc = stands(scene, name, oid);

	if (rc == 1 && is_null(oid))
		plan(scene, name, NULL_OID, to);
	free(name);

	return rc == -1 ? -1 : 0;
}

/* What the probe has seen whole a `git gc --prune=now` may have taken since. */
static int
check_landed(const struct scene *scene, const char *const *oids, size_t count)
{
	bool *landed = xcalloc(count + 1, sizeof(*landed));
	struct err err;
	size_t i;
	int rc = 0;

	if (refs_landed(scene->apply->target, oids, count, landed, &err) == -1)
		rc = apply_fail(scene->apply, &err);
	for (i = 0; rc == 0 && i < count; i++)
		if (!landed[i])
			rc = apply_stop(scene->apply, VERDICT_REFUSED,
			    "stale-plan", "%s: an object has gone", oids[i]);
	free(landed);

	return rc;
}

static int
plan_ref(const struct scene *scene, const struct json *ref)
{
	return plan_mapped(scene, json_get_text(ref, "name"),
	    json_get_text(ref, "oid"));
}

/* What the probe found to come along, row by row. */
static int
plan_rows(const struct scene *scene, const struct json *rows,
    int (*each)(const struct scene *scene, const struct json *row))
{
	const struct json *at = json_first(rows);
	size_t count = 0;
	const char **oids = xcalloc(json_count(rows) + 1, sizeof(*oids));
	int rc = 0;

	for (; rc == 0 && at != NULL; at = json_next(at)) {
		oids[count++] = json_get_text(at, "oid");
		rc = each(scene, at);
	}
	if (rc == 0 && count > 0)
		rc = check_landed(scene, oids, count);
	free(oids);

	return rc;
}

/* By the remote's own lines, where it is the primary. */
static int
plan_tracking(const struct scene *scene)
{
	const struct apply *apply = scene->apply;

	if (apply->remote == NULL || apply->upstream == NULL)
		return 0;
	if (plan_mapped(scene, apply->upstream, apply->after) == -1)
		return -1;

	return plan_rows(scene, apply->refs, plan_ref);
}

/* Of a merge; a ref that is moved alone is a fetch's. */
static int
plan_orig_head(const struct scene *scene)
{
	char oid[OID_SIZE];
	int rc;

	if (apply_refs_only(scene->apply))
		return 0;
	rc = stands(scene, ORIG_HEAD, oid);
	if (rc == 1)
		plan(scene, ORIG_HEAD, oid, scene->apply->before);

	return rc == -1 ? -1 : 0;
}

/* 1: what the ref goes back to is still there. */
static int
can_go_back(const struct scene *scene, const struct move *move)
{
	const char *oid = move->to;
	struct err err;
	bool landed;

	if (is_null(oid) || strcmp(move->name, ORIG_HEAD) == 0)
		return 1;
	if (refs_landed(scene->apply->target, &oid, 1, &landed, &err) == -1)
		return apply_fail(scene->apply, &err);

	return landed;
}

/* W1 */
static int
plan_way(const struct scene *scene, const struct move *move)
{
	char oid[OID_SIZE];
	int rc = stands(scene, move->name, oid);

	if (rc == 1 && strcmp(oid, move->from) == 0)
		rc = can_go_back(scene, move);
	else if (rc == 1)
		rc = 0;
	if (rc == 1)
		plan(scene, move->name, oid, move->to);

	return rc == -1 ? -1 : 0;
}

static int
plan_back(const struct scene *scene)
{
	struct moves way = { 0 };
	struct err err;
	size_t i;
	int rc = 0;

	if (records_way(scene->apply, &way, &err) == -1)
		rc = apply_fail(scene->apply, &err);
	for (i = 0; rc == 0 && i < way.count; i++)
		rc = plan_way(scene, &way.list[i]);
	moves_clear(&way);

	return rc;
}

static int
plan_all(const struct scene *scene)
{
	if (apply_goes_back(scene->apply))
		return plan_back(scene);
	if (plan_tracking(scene) == -1 ||
	    plan_rows(scene, scene->apply->tags, plan_tag) == -1)
		return -1;

	return plan_orig_head(scene);
}

int
moves_plan(struct apply *apply)
{
	struct scene scene = { apply, refs_store(apply->target), { 0 } };
	struct err err;
	int rc;

	moves_clear(&apply->moves);
	rc = ref_store_names(scene.store, "refs/", &scene.names, &err);
	rc = rc == -1 ? apply_fail(apply, &err) : plan_all(&scene);
	list_clear(&scene.names);
	if (rc == 0 && records_write(apply, &err) == -1)
		rc = apply_fail(apply, &err);

	return rc;
}

int
moves_read(struct apply *apply)
{
	if (records_read(apply) == -1)
		return -1;
	apply->moves.done = apply->moves.count;

	return 0;
}

static int
move(const struct apply *apply, const char *name, const char *from,
    const char *to, bool back, enum refs_moved *moved, struct err *err)
{
	char *message =
	    back ? xasprintf("hermes: rollback, cycle %s, token %s",
		       apply->cycle, apply->name)
		 : xstrdup(strcmp(name, ORIG_HEAD) == 0 ? "updating ORIG_HEAD"
							: "hermes: fetched");
	int rc;

	rc = refs_move(apply->target, name, is_null(from) ? NULL : from,
	    is_null(to) ? NULL : to, message, moved, err);
	free(message);

	return rc;
}

int
moves_do(struct apply *apply)
{
	const struct move *at;
	enum refs_moved moved;
	struct err err;

	while (apply->moves.done < apply->moves.count) {
		at = &apply->moves.list[apply->moves.done++];
		if (move(apply, at->name, at->from, at->to,
			apply_goes_back(apply), &moved, &err) == -1)
			return apply_fail(apply, &err);
		if (moved == REFS_MOVED)
			continue;
		apply->moves.done--; /* it was not us */
		return apply_stop(apply, VERDICT_REFUSED,
		    moved == REFS_LOCKED ? "locked" : "stale-plan",
		    moved == REFS_LOCKED ? "%s: is locked"
					 : "%s: has been moved",
		    at->name);
	}

	return 0;
}

int
moves_undo(struct apply *apply)
{
	const struct move *at;
	enum refs_moved moved;
	struct err err;

	for (; apply->moves.done > 0; apply->moves.done--) {
		at = &apply->moves.list[apply->moves.done - 1];
		if (move(apply, at->name, at->to, at->from, true, &moved,
			&err) == -1)
			return apply_fail(apply, &err);
		if (moved == REFS_LOCKED)
			return apply_stop(apply, VERDICT_FAILED, "locked",
			    "%s: is locked", at->name);
	}

	return 0;
}

int
moves_keep(const struct apply *apply)
{
	return apply_goes_back(apply) ? records_end(apply)
				      : records_keep(apply);
}

void
moves_add(struct moves *moves, const char *name, const char *from,
    const char *to)
{
	struct move *one;

	moves->list =
	    xgrow(moves->list, moves->count, &moves->cap, sizeof(*one));
	one = &moves->list[moves->count++];
	*one = (struct move){ .name = xstrdup(name) };
	memcpy(one->from, from, OID_SIZE);
	memcpy(one->to, to, OID_SIZE);
}

void
moves_clear(struct moves *moves)
{
	size_t i;

	for (i = 0; i < moves->count; i++)
		free(moves->list[i].name);
	free(moves->list);
	*moves = (struct moves){ 0 };
}
