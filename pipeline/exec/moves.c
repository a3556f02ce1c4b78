#include "moves.h"
#include "apply.h"
#include "base/alloc.h"
#include "git/reflog.h"
#include "git/refs.h"
#include "records.h"
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

/* Where it stands, NULL_OID: nowhere. False: it is none of ours to move. */
static bool
stands(const struct scene *scene, const char *name, char oid[OID_SIZE])
{
	char *next = NULL;
	struct err err;
	int found = ref_store_read(scene->store, name, oid, &next, &err);

	free(next);
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
plan(struct scene *scene, const char *name, const char *from, const char *to)
{
	if (strcmp(from, to) != 0)
		moves_add(&scene->apply->moves, name, from, to);
}

static void
plan_tracking(struct scene *scene)
{
	struct apply *apply = scene->apply;
	struct refspec_dsts dsts = { 0 };
	char oid[OID_SIZE];
	size_t i;

	if (apply->remote == NULL || apply->upstream == NULL)
		return;
	refs_tracking(apply->target, apply->remote, apply->upstream, &dsts);
	for (i = 0; i < dsts.count; i++)
		if (stands(scene, dsts.list[i].name, oid) &&
		    (is_null(oid) ||
			(!begins(dsts.list[i].name, "refs/tags/") &&
			    (dsts.list[i].force || refs_descends(apply->target,
						       apply->after, oid)))))
			plan(scene, dsts.list[i].name, oid, apply->after);
	refspec_clear(&dsts);
}

/* W2, and no ref names what is not there. */
static void
plan_tags(struct scene *scene)
{
	const struct json *tags = scene->apply->tags, *at;
	size_t i, count = json_count(tags);
	const char **oids = xcalloc(count + 1, sizeof(*oids));
	bool *landed = xcalloc(count + 1, sizeof(*landed));
	char oid[OID_SIZE], *name;

	for (i = 0, at = json_first(tags); at != NULL; at = json_next(at))
		oids[i++] = json_get_text(at, "oid");
	refs_landed(scene->apply->target, oids, count, landed);
	for (i = 0, at = json_first(tags); at != NULL; at = json_next(at)) {
		name = xasprintf("refs/tags/%s", json_get_text(at, "name"));
		if (landed[i] && stands(scene, name, oid) && is_null(oid))
			plan(scene, name, NULL_OID, oids[i]);
		free(name);
		i++;
	}
	free(landed);
	free(oids);
}

/* Of a merge; a ref that is moved alone is a fetch's. */
static void
plan_orig_head(struct scene *scene)
{
	char oid[OID_SIZE];

	if (!apply_refs_only(scene->apply) && stands(scene, ORIG_HEAD, oid))
		plan(scene, ORIG_HEAD, oid, scene->apply->before);
}

/* Is what the ref goes back to still there? */
static bool
can_go_back(const struct scene *scene, const struct move *move)
{
	const char *oid = move->to;
	bool landed;

	if (is_null(oid) || strcmp(move->name, ORIG_HEAD) == 0)
		return true;
	refs_landed(scene->apply->target, &oid, 1, &landed);

	return landed;
}

static void
plan_back(struct scene *scene)
{
	struct moves way = { 0 };
	const struct move *move;
	char oid[OID_SIZE];
	size_t i;

	records_way(scene->apply, &way);
	for (i = 0; i < way.count; i++) {
		move = &way.list[i];
		if (stands(scene, move->name, oid) &&
		    strcmp(oid, move->from) == 0 && can_go_back(scene, move))
			plan(scene, move->name, oid, move->to);
	}
	moves_clear(&way);
}

int
moves_plan(struct apply *apply)
{
	struct scene scene = { apply, refs_store(apply->target), { 0 } };
	struct err err;

	moves_clear(&apply->moves);
	if (ref_store_names(scene.store, "refs/", &scene.names, &err) == -1) {
		list_clear(&scene.names);
		return apply_fail(apply, &err);
	}
	if (apply_goes_back(apply)) {
		plan_back(&scene);
	} else {
		plan_tracking(&scene);
		plan_tags(&scene);
		plan_orig_head(&scene);
	}
	list_clear(&scene.names);

	return records_write(apply, &err) == -1 ? apply_fail(apply, &err) : 0;
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
