#include "members.h"
#include "base/alloc.h"
#include "git/rewrite.h"
#include "git/scope.h"
#include "model/redact.h"
#include <stdlib.h>
#include <string.h>

static void
refuse(struct member *member, char *detail)
{
	member->class = "unsupported-url";
	member->detail = detail;
	member->asked = true;
}

/* A path may be relative: to the worktree, as git has it. */
static int
parse_relative(struct member *member, const struct place *place,
    const char **why)
{
	char *full, *real;
	int rc;

	full = xasprintf("%s/%s",
	    place->worktree ? place->worktree : place->git_dir,
	    member->url.path);
	real = realpath(full, NULL);
	url_clear(&member->url);
	rc = url_parse(&member->url, real ? real : full, why);
	free(real);
	free(full);

	return rc;
}

static int
parse(struct member *member, const char *text, const struct place *place)
{
	const char *why;
	int rc;

	rc = url_parse(&member->url, text, &why);
	if (rc == 0 && member->url.protocol == URL_FILE &&
	    *member->url.path != '/')
		rc = parse_relative(member, place, &why);
	if (rc == -1)
		refuse(member, xstrdup(why));

	return rc;
}

static void
fill(struct members *members, struct member *member, const char *text,
    const struct fleet_repo *repo, const struct place *place)
{
	const struct gitconfig *own =
	    repo->trust_config ? &place->config : NULL;
	char *real, *access = NULL;

	member->class = "not-asked";
	member->told = member->name ? name_redacted(member->name) : NULL;
	if (!text) {
		member->shown = name_redacted(member->name);
		member->key = listing_key(member->shown, "");
		refuse(member, xstrdup("no such remote in the repository"));
		return;
	}
	real = rewrite_url(members->user, own, text);
	if (parse(member, real, place) == 0 &&
	    !policy_allows(members->probe->policy, &member->url))
		refuse(member, xasprintf("%s: not among the policy's protocols",
				   url_protocol_name(member->url.protocol)));
	member->shown =
	    member->url.text ? xstrdup(member->url.text) : name_redacted(real);
	if (member->url.text) {
		access_read(&member->access, members->user, own, &member->url,
		    member->name);
		access = access_text(&member->access);
	}
	member->key = listing_key(member->shown, access ? access : "");
	free(access);
	free(real);
}

/* The user's configuration, as it is for this checkout. */
static void
read_user(struct members *members, const struct fleet_repo *repo,
    const struct place *place)
{
	struct scope scope;

	members->user = &members->probe->user;
	if (!members->user->conditional)
		return;
	scope_make(&scope, place, repo->path, &place->config);
	rewrite_user_config(&members->conditional, &scope.asked);
	scope_clear(&scope);
	members->user = &members->conditional;
}

void
members_make(struct members *members, const struct probe *probe,
    const struct fleet_repo *repo, const struct inspection *in)
{
	const struct gitconfig *config = &in->place.config;
	struct member *member;
	const char *text;
	size_t i;

	members->probe = probe;
	members->place = &in->place;
	read_user(members, repo, &in->place);
	members->known = map_get(&probe->known, repo->repo_key);
	members->count = repo->remote_count > 0 ? repo->remote_count
						: in->upstream_remote != NULL;
	members->items = xcalloc(members->count + 1, sizeof(*members->items));
	members->view = xcalloc(members->count + 1, sizeof(*members->view));
	for (i = 0; i < members->count; i++) {
		member = &members->items[i];
		text = NULL;
		if (repo->remote_count > 0) {
			member->name = repo->remotes[i].remote;
			member->role = repo->remotes[i].role;
			text = repo->remotes[i].url;
		} else {
			member->name = in->upstream_remote;
			member->role = "primary";
		}
		if (!text)
			text = gitconfig_remote_url(config, member->name);
		if (strcmp(member->role, "primary") == 0 && member->name)
			member->follow = follow_of(config, member->name);
		fill(members, member, text, repo, &in->place);
	}
}

static void
make_view(const struct members *members)
{
	const char *last = json_get_text(members->known, "endpoint_role");
	struct federation_member *view;
	const struct member *member;
	const struct json *health;
	size_t i;

	for (i = 0; i < members->count; i++) {
		member = &members->items[i];
		view = &members->view[i];
		*view = (struct federation_member){ .role = member->role,
			.url = member->shown,
			.class = member->class,
			.tip = member->tip[0] != '\0' ? member->tip : NULL,
			.stale = member->stale,
			.last = last && strcmp(last, member->role) == 0,
			.proof = member->proof };
		health = map_get(&members->probe->health, member->shown);
		if (!health)
			continue;
		view->health.good_count =
		    (int)json_get_int(health, "good_count", 0);
		view->health.bad_count =
		    (int)json_get_int(health, "bad_count", 0);
		if (member->asked)
			federation_health_note(&view->health,
			    strcmp(member->class, "ok") == 0);
	}
}

struct federation_choice
members_select(struct members *members)
{
	make_view(members);

	return federation_select(members->view, members->count);
}

struct member *
members_of(const struct members *members, const struct federation_member *view)
{
	return view ? &members->items[view - members->view] : NULL;
}

static void
take(struct member *member, const struct endpoint *endpoint, const char *ref)
{
	const char *tip = endpoint_tip(endpoint, ref);

	member->asked = true;
	member->class = endpoint->class;
	if (endpoint->detail)
		member->detail = xstrdup(endpoint->detail);
	if (endpoint->head)
		member->head = xstrdup(endpoint->head);
	if (tip)
		memcpy(member->tip, tip, OID_SIZE);
	else if (strcmp(endpoint->class, "ok") == 0)
		member->class = "ref-missing";
}

static void
ask_path(struct member *member, const char *ref, struct buf *answer)
{
	struct endpoint endpoint = { 0 };

	endpoint_list(&endpoint, &member->url, NULL, &ref, 1, NULL);
	take(member, &endpoint, ref);
	buf_printf(answer, "asked %s\t%s\n", endpoint.class, member->key);
	endpoint_clear(&endpoint);
}

static bool
any_failed(const struct members *members)
{
	size_t i;

	for (i = 0; i < members->count; i++)
		if (members->items[i].asked &&
		    strcmp(members->items[i].class, "ok") != 0)
			return true;

	return false;
}

/* A folder that no line can name goes without tags. */
static void
want(const struct members *members, const struct member *member,
    const char *ref, struct buf *answer)
{
	const char *folder = members->place->common_dir;

	if (member->follow != FOLLOW_NONE && !strpbrk(folder, "\t\n"))
		buf_printf(answer, "tags %s\t%s\n", folder, member->key);
	buf_printf(answer, "want %s\t%s\n", ref, member->key);
}

static void
want_others(const struct members *members, const struct member *but,
    const char *ref, struct buf *answer)
{
	const struct member *member;
	size_t i;

	for (i = 0; i < members->count; i++) {
		member = &members->items[i];
		if (member != but && !member->asked &&
		    member->url.protocol != URL_FILE &&
		    !listing_find(&members->probe->listings, member->key, ref))
			want(members, member, ref, answer);
	}
}

bool
members_ask(struct members *members, struct member *member, const char *ref,
    struct buf *answer)
{
	const struct endpoint *listed;

	if (member->url.protocol == URL_FILE) {
		ask_path(member, ref, answer);
		return true;
	}
	listed = listing_find(&members->probe->listings, member->key, ref);
	if (listed) {
		take(member, listed, ref);
		return true;
	}
	want(members, member, ref, answer);
	if (any_failed(members))
		want_others(members, member, ref, answer);

	return false;
}

void
members_know(struct members *members, const char *ref)
{
	const struct endpoint *listed;
	struct member *member;
	size_t i;

	for (i = 0; i < members->count; i++) {
		member = &members->items[i];
		listed = member->asked ? NULL
				       : listing_find(&members->probe->listings,
					     member->key, ref);
		if (listed)
			take(member, listed, ref);
	}
}

static void
write_one(const struct member *member, struct jw *jw)
{
	jw_object(jw, NULL);
	jw_text(jw, "name", member->told);
	jw_text(jw, "url", member->shown);
	jw_text(jw, "host", member->url.host);
	jw_text(jw, "role", member->role);
	jw_text(jw, "class", member->class);
	jw_text(jw, "tip", member->tip[0] != '\0' ? member->tip : NULL);
	jw_any_text(jw, "detail", member->detail);
	jw_end(jw);
}

void
members_write(const struct members *members, const char *name, struct jw *jw)
{
	size_t *order = xcalloc(members->count + 1, sizeof(*order));
	size_t i;

	jw_array(jw, name);
	if (members->count > 0) {
		make_view(members);
		federation_order(members->view, members->count, order);
	}
	for (i = 0; i < members->count; i++)
		write_one(&members->items[order[i]], jw);
	jw_end(jw);
	free(order);
}

const char *
members_primary_now(const struct members *members)
{
	const struct member *member;
	size_t i;

	for (i = 0; i < members->count; i++) {
		member = &members->items[i];
		if (strcmp(member->role, "primary") == 0 &&
		    strcmp(member->class, "ok") == 0 && member->tip[0] != '\0')
			return member->tip;
	}

	return NULL;
}

const char *
members_primary_tip(const struct members *members)
{
	const char *tip = members_primary_now(members);

	return tip ? tip : json_get_text(members->known, "primary_tip");
}

const struct member *
members_first(const struct members *members)
{
	size_t *order;
	size_t first;

	if (members->count == 0)
		return NULL;
	order = xcalloc(members->count, sizeof(*order));
	make_view(members);
	federation_order(members->view, members->count, order);
	first = order[0];
	free(order);

	return &members->items[first];
}

void
members_clear(struct members *members)
{
	size_t i;

	for (i = 0; i < members->count; i++) {
		free(members->items[i].shown);
		free(members->items[i].told);
		free(members->items[i].key);
		access_clear(&members->items[i].access);
		free(members->items[i].detail);
		free(members->items[i].head);
		url_clear(&members->items[i].url);
	}
	free(members->items);
	free(members->view);
	gitconfig_clear(&members->conditional);
	*members = (struct members){ 0 };
}
